package io.metastore.adapter.metastore;

import static java.util.Objects.requireNonNull;

/**
 * Settings of the services from the process that runs them.
 *
 * @param version the software version
 * @param stopping begins to stop the process and returns at once; called after the response to the
 *     call that requested it has been sent
 */
public record MetastoreSettings(String version, Runnable stopping) {
  public MetastoreSettings {
    requireNonNull(version, "version");
    requireNonNull(stopping, "stopping");
  }
}
