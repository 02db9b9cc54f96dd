package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

/**
 * A client of the native API, or a session of a ZooKeeper client.
 *
 * @param ttl granted TTL in seconds
 */
public record ClientView(long id, String label, long ttl) {
  public ClientView {
    requireNonNull(label, "label");
  }
}
