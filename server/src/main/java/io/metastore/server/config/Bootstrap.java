package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

/**
 * How a member without data finds its cluster.
 *
 * @param size how many members {@link Kind#MULTICAST} forms the cluster of; 0 if not told
 * @param group the multicast address and port to meet at, {@code HOST:PORT}
 * @param networkInterface the name of the interface to send on and listen at; empty for the one
 *     that the system chooses
 */
public record Bootstrap(Kind kind, int size, String group, String networkInterface) {

  /** The ways there are. */
  public enum Kind {
    /** By etcd's flags: {@code --initial-cluster} or {@code --discovery-…}. */
    STATIC,
    /** The members find each other by IP multicast. */
    MULTICAST,
    /** It waits until somebody calls {@code Bootstrap} or {@code Join} of the native API. */
    WAIT
  }

  public Bootstrap {
    requireNonNull(kind, "kind");
    requireNonNull(group, "group");
    requireNonNull(networkInterface, "networkInterface");
  }
}
