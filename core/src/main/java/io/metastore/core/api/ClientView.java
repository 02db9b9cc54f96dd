package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

/**
 * A client as the tables know it.
 *
 * @param ttl granted, in seconds
 */
public record ClientView(long id, String label, long ttl) {
  public ClientView {
    requireNonNull(label, "label");
  }
}
