package io.metastore.core.node;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How a member keeps its tables small.
 *
 * @param quotaBytes the size of the tables at which this member takes no more; negative for none
 * @param autoCompaction what the leader compacts by itself
 * @param compactionBatchLimit changes that are removed in one go
 * @param compactionSleepMs the pause after that
 */
public record SpaceConfig(
    long quotaBytes,
    AutoCompaction autoCompaction,
    int compactionBatchLimit,
    long compactionSleepMs) {

  /** Source: etcd's {@code DefaultQuotaBytes}. */
  public static final long DEFAULT_QUOTA_BYTES = 2L << 30;

  /** Source: etcd's {@code MaxQuotaBytes}; a quota above it is logged as a warning. */
  public static final long SUGGESTED_QUOTA_BYTES_MAX = 8L << 30;

  /**
   * About as long as the pause: so the work never takes more than half of one processor. etcd's
   * limit is 1000, but ours are cheaper.
   */
  public static final int DEFAULT_BATCH_LIMIT = 5000;

  public static final long DEFAULT_SLEEP_MS = 10;

  public static final SpaceConfig DEFAULT =
      new SpaceConfig(
          DEFAULT_QUOTA_BYTES, AutoCompaction.OFF, DEFAULT_BATCH_LIMIT, DEFAULT_SLEEP_MS);

  public SpaceConfig {
    requireNonNull(autoCompaction, "autoCompaction");
    if (compactionBatchLimit < 1 || compactionSleepMs < 0) {
      throw new IllegalArgumentException(
          "compactionBatchLimit="
              + compactionBatchLimit
              + " compactionSleepMs="
              + compactionSleepMs);
    }
  }

  /** What the leader compacts by itself. */
  public sealed interface AutoCompaction {
    AutoCompaction OFF = new Off();

    /** Nothing. */
    record Off() implements AutoCompaction {}

    /** Everything but the newest revisions. */
    record ByRevision(long revisions) implements AutoCompaction {}

    /** Everything older than a time. */
    record Periodic(Duration age) implements AutoCompaction {}
  }
}
