package io.metastore.adapter.etcd;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the services.
 *
 * @param compatVersion the version of etcd that is reported and imitated, such as {@code 3.7.1}
 * @param maxTxnOps the maximum number of operations, or comparisons, in one branch of a transaction
 * @param electionTimeoutMs streams that require a leader end after three such periods without one
 * @param clientCertAuth whether the common name of a client's certificate identifies its user
 * @param scratch directory for temporary files; created when it is needed
 * @param jwt the keys that sign tokens; null for simple tokens
 */
public record EtcdSettings(
    String compatVersion,
    int maxTxnOps,
    int electionTimeoutMs,
    boolean clientCertAuth,
    Path scratch,
    @Nullable JwtKeys jwt) {
  /** The first minor version of etcd 3 whose status response has the storage version. */
  private static final int STORAGE_VERSION_SINCE_MINOR = 6;

  public EtcdSettings {
    requireNonNull(compatVersion, "compatVersion");
    requireNonNull(scratch, "scratch");
    if (!compatVersion.matches("3\\.\\d+\\.\\d+.*")) {
      throw new IllegalArgumentException("not a version of etcd 3: " + compatVersion);
    }
    if (maxTxnOps < 0 || electionTimeoutMs < 1) {
      throw new IllegalArgumentException(
          "maxTxnOps=" + maxTxnOps + " electionTimeoutMs=" + electionTimeoutMs);
    }
  }

  /** etcd's storage version for that version; empty for versions that do not report one. */
  String storageVersion() {
    return minor() < STORAGE_VERSION_SINCE_MINOR ? "" : clusterVersion();
  }

  /** The version of the cluster: the imitated version without its patch number. */
  String clusterVersion() {
    return "3." + minor() + ".0";
  }

  /** The minor version of etcd 3 that is imitated. */
  int minor() {
    return Integer.parseInt(compatVersion.split("\\.", 3)[1]);
  }
}
