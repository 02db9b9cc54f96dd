package io.metastore.compat.faults;

import java.util.Random;
import java.util.stream.LongStream;

/** The seeds of random tests. */
public final class Seeds {
  private Seeds() {}

  /** {@code count} new seeds, or only that of {@code -Dseed=}. */
  public static LongStream some(int count) {
    Long pinned = Long.getLong("seed");
    return pinned != null ? LongStream.of(pinned) : new Random().longs(count);
  }
}
