package io.metastore.adapter.etcd;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Settings of the services.
 *
 * @param compatVersion the version of etcd that is reported and imitated, such as {@code 3.7.1}
 * @param maxTxnOps the maximum number of operations, or comparisons, in one branch of a transaction
 * @param electionTimeoutMs streams that require a leader end after three such periods without one
 * @param clientCertAuth whether the common name of a client's certificate identifies its user
 * @param jwt the keys that sign tokens; null for simple tokens
 */
public record EtcdSettings(
    String compatVersion,
    int maxTxnOps,
    int electionTimeoutMs,
    boolean clientCertAuth,
    @Nullable JwtKeys jwt) {
  /** The first minor version of etcd 3 whose status response has the storage version. */
  private static final int STORAGE_VERSION_SINCE_MINOR = 6;

  public EtcdSettings {
    requireNonNull(compatVersion, "compatVersion");
    if (!compatVersion.matches("3\\.\\d+\\.\\d+.*")) {
      throw new IllegalArgumentException("not a version of etcd 3: " + compatVersion);
    }
    if (maxTxnOps < 1 || electionTimeoutMs < 1) {
      throw new IllegalArgumentException(
          "maxTxnOps=" + maxTxnOps + " electionTimeoutMs=" + electionTimeoutMs);
    }
  }

  /** etcd's storage version for that version; empty for versions that do not report one. */
  String storageVersion() {
    int minor = Integer.parseInt(compatVersion.split("\\.", 3)[1]);
    return minor < STORAGE_VERSION_SINCE_MINOR ? "" : "3." + minor + ".0";
  }
}
