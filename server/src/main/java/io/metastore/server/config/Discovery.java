package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

/**
 * How the members of a new cluster find each other.
 *
 * @param size how many there are to be; 0 if not told
 * @param group the multicast address and port to meet at, {@code HOST:PORT}
 * @param networkInterface the name of the interface to send on and listen at; empty for the one
 *     that the system chooses
 */
public record Discovery(Kind kind, int size, String group, String networkInterface) {

  /** The ways there are. */
  public enum Kind {
    /** By {@code --initial-cluster}, as in etcd. */
    STATIC,
    /** By IP multicast. */
    MULTICAST,
    /** Not at all: somebody will call {@code Bootstrap} or {@code Join}. */
    NONE
  }

  public Discovery {
    requireNonNull(kind, "kind");
    requireNonNull(group, "group");
    requireNonNull(networkInterface, "networkInterface");
  }
}
