package io.metastore.adapter.metastore;

import static java.util.Objects.requireNonNull;

/**
 * What the services are told of the process that they run in.
 *
 * @param version of the software
 * @param stopping begins to end the process and returns at once; called after the answer to the
 *     call that asks for it was sent
 */
public record MetastoreSettings(String version, Runnable stopping) {
  public MetastoreSettings {
    requireNonNull(version, "version");
    requireNonNull(stopping, "stopping");
  }
}
