package io.metastore.server.config;

import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * etcd's feature gates. Most have no effect here: what they control in etcd either does not exist
 * in this server or is always on.
 *
 * <p>Source: etcd's {@code server/features/etcd_features.go}.
 */
public enum FeatureGate {
  COMPACT_HASH_CHECK(
      "CompactHashCheck", Stage.ALPHA, "experimental-compact-hash-check-enabled", null),
  FAST_LEASE_KEEP_ALIVE(
      "FastLeaseKeepAlive",
      Stage.BETA,
      null,
      "Leases are always renewed without waiting for other requests."),
  INITIAL_CORRUPT_CHECK(
      "InitialCorruptCheck", Stage.ALPHA, "experimental-initial-corrupt-check", null),
  LEASE_CHECKPOINT(
      "LeaseCheckpoint",
      Stage.ALPHA,
      "experimental-enable-lease-checkpoint",
      "The remaining time of leases above 5 minutes is always written to the log."),
  LEASE_CHECKPOINT_PERSIST(
      "LeaseCheckpointPersist",
      Stage.ALPHA,
      "experimental-enable-lease-checkpoint-persist",
      "The remaining time of leases above 5 minutes is always written to the log."),
  PRIORITY_REQUEST("PriorityRequest", Stage.ALPHA, null, "Requests are always applied in order."),
  SET_MEMBER_LOCAL_ADDR(
      "SetMemberLocalAddr",
      Stage.ALPHA,
      null,
      "The operating system chooses the local address of a peer connection."),
  STOP_GRPC_SERVICE_ON_DEFRAG(
      "StopGRPCServiceOnDefrag",
      Stage.ALPHA,
      "experimental-stop-grpc-service-on-defrag",
      "Defragmentation does not block requests."),
  TXN_MODE_WRITE_WITH_SHARED_BUFFER(
      "TxnModeWriteWithSharedBuffer",
      Stage.BETA,
      "experimental-txn-mode-write-with-shared-buffer",
      "Transactions do not use a shared buffer.");

  /** The maturity of a feature in etcd. */
  enum Stage {
    /** Off by default. */
    ALPHA,
    /** On by default. */
    BETA
  }

  private final String etcdName;
  private final Stage stage;
  private final @Nullable String olderFlag;
  private final @Nullable String reason;

  FeatureGate(String etcdName, Stage stage, @Nullable String olderFlag, @Nullable String reason) {
    this.etcdName = etcdName;
    this.stage = stage;
    this.olderFlag = olderFlag;
    this.reason = reason;
  }

  /** The gate with this name in etcd; null if there is none. */
  static @Nullable FeatureGate find(String etcdName) {
    Optional<FeatureGate> found =
        Stream.of(values()).filter(gate -> gate.etcdName.equals(etcdName)).findAny();
    return found.orElse(null);
  }

  /** The name that {@code --feature-gates} accepts. */
  public String etcdName() {
    return etcdName;
  }

  Stage stage() {
    return stage;
  }

  boolean onByDefault() {
    return stage == Stage.BETA;
  }

  /** The equivalent flag of older etcd versions; null if there is none. */
  @Nullable String olderFlag() {
    return olderFlag;
  }

  /** Why the gate has no effect here, as one sentence; null if it has its effect. */
  public @Nullable String reason() {
    return reason;
  }
}
