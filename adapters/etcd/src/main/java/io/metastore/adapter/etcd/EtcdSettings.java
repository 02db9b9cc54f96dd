package io.metastore.adapter.etcd;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What the services need to know beyond the store.
 *
 * @param compatVersion the version of etcd that is reported and imitated, such as {@code 3.7.1}
 * @param maxTxnOps the most operations, or comparisons, of one branch of a transaction
 * @param electionTimeoutMs the unit in which the patience of streams that require a leader is
 *     measured
 * @param clientCertAuth whether the common name of a client's certificate tells its user
 * @param jwt what tokens are signed with; null for simple tokens
 */
public record EtcdSettings(
    String compatVersion,
    int maxTxnOps,
    int electionTimeoutMs,
    boolean clientCertAuth,
    @Nullable JwtKeys jwt) {
  /** The first minor version of etcd 3 whose status tells the version of the storage. */
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

  /** The version of etcd's storage that goes with it; empty where etcd did not tell it yet. */
  String storageVersion() {
    int minor = Integer.parseInt(compatVersion.split("\\.", 3)[1]);
    return minor < STORAGE_VERSION_SINCE_MINOR ? "" : "3." + minor + ".0";
  }
}
