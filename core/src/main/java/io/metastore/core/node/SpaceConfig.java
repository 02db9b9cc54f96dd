package io.metastore.core.node;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Limits on the size of the tables.
 *
 * @param quotaBytes size of the tables from which on writes are refused; negative for no limit
 * @param autoCompaction what the leader compacts automatically
 * @param compactionBatchLimit number of changes removed at a time
 * @param compactionSleepMs pause between two batches
 * @param startDefragmentationBytes before it starts, a member rewrites its tables if that frees at
 *     least so many bytes; 0 for never
 */
public record SpaceConfig(
    long quotaBytes,
    AutoCompaction autoCompaction,
    int compactionBatchLimit,
    long compactionSleepMs,
    long startDefragmentationBytes) {

  /** Source: etcd's {@code DefaultQuotaBytes}. */
  public static final long DEFAULT_QUOTA_BYTES = 2L << 30;

  /** Source: etcd's {@code MaxQuotaBytes}; a quota above it is logged as a warning. */
  public static final long SUGGESTED_QUOTA_BYTES_MAX = 8L << 30;

  /**
   * Removing a batch takes about as long as the pause, so compaction uses at most half of one CPU.
   * etcd's default is 1000, but its batches are more expensive.
   */
  public static final int DEFAULT_BATCH_LIMIT = 5000;

  public static final long DEFAULT_SLEEP_MS = 10;

  public static final SpaceConfig DEFAULT =
      new SpaceConfig(
          DEFAULT_QUOTA_BYTES, AutoCompaction.OFF, DEFAULT_BATCH_LIMIT, DEFAULT_SLEEP_MS, 0);

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

  /** What the leader compacts automatically. */
  public sealed interface AutoCompaction {
    AutoCompaction OFF = new Off();

    /** Nothing. */
    record Off() implements AutoCompaction {}

    /** All but the newest revisions. */
    record ByRevision(long revisions) implements AutoCompaction {}

    /** All revisions older than a given time. */
    record Periodic(Duration age) implements AutoCompaction {}
  }
}
