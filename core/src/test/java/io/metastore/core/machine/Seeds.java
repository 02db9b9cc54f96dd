package io.metastore.core.machine;

import java.util.Random;
import java.util.stream.LongStream;

/**
 * Seeds of random tests: new ones in every run, or the one given by {@code -Dseed=…}. {@code
 * -Dseeds=1000} sets their number, for long runs.
 */
public final class Seeds {
  private Seeds() {}

  public static LongStream some(int count) {
    Long pinned = Long.getLong("seed");
    return pinned != null
        ? LongStream.of(pinned)
        : new Random().longs(Long.getLong("seeds", count));
  }
}
