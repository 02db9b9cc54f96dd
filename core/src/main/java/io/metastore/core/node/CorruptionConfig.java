package io.metastore.core.node;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * When members compare the hashes of their keys.
 *
 * @param atStart whether a member with data compares before it takes part in its cluster
 * @param interval how often the leader compares at the newest revision; zero for never
 * @param compactInterval how often the leader looks for a new compaction and compares at its
 *     revision; zero for never
 */
public record CorruptionConfig(boolean atStart, Duration interval, Duration compactInterval) {
  public static final CorruptionConfig OFF =
      new CorruptionConfig(false, Duration.ZERO, Duration.ZERO);

  public CorruptionConfig {
    requireNonNull(interval, "interval");
    requireNonNull(compactInterval, "compactInterval");
  }
}
