package io.metastore.core.machine;

import java.util.Random;
import java.util.stream.LongStream;

/**
 * The seeds of random tests: new ones every time, or the one given as {@code -Dseed=…}. {@code
 * -Dseeds=1000} runs as many: for a night.
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
