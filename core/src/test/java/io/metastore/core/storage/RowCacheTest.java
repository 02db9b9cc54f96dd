package io.metastore.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RowCacheTest {
  private static final int BYTES_MAX = 1 << 20;

  private final RowCache cache = new RowCache(BYTES_MAX);

  static LongStream seeds() {
    Long pinned = Long.getLong("seed");
    return pinned != null ? LongStream.of(pinned) : new Random().longs(20);
  }

  /** The cache may forget rows, but must never return an outdated one. */
  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void theCacheReturnsTheNewestRow(long seed) {
    Random random = new Random(seed);
    boolean large = random.nextInt(8) == 0;
    int keys = 1 + random.nextInt(large ? 200 : 20_000);
    int rowBytesMax = large ? BYTES_MAX / 32 : 1 + random.nextInt(600);
    Map<String, byte @Nullable []> written = new HashMap<>();
    int[] unknown = new int[1];
    for (int i = 0; i < 40_000; i++) {
      String key = "k".repeat(random.nextInt(3)) + random.nextInt(keys);
      byte[] found =
          cache.find(
              bytes(key),
              missed -> {
                unknown[0]++;
                return written.get(key);
              });
      assertThat(found).isEqualTo(written.get(key));
      byte[] row = random.nextInt(10) == 0 ? null : new byte[random.nextInt(rowBytesMax)];
      if (row != null) {
        random.nextBytes(row);
      }
      cache.put(bytes(key), row);
      written.put(key, row);
    }
    assertThat(unknown[0]).isLessThan(40_000);
  }

  @Test
  void rowsThatFitAreKept() {
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < 2_000; i++) {
        cache.put(bytes("key" + i), new byte[300 + (round + i) % 7]);
      }
    }

    for (int i = 0; i < 2_000; i++) {
      assertThat(cache.find(bytes("key" + i), RowCacheTest::unexpected)).isNotNull();
    }
  }

  @Test
  void rowTooLargeForTheCacheIsNotCached() {
    cache.put(bytes("key"), new byte[10]);
    cache.put(bytes("key"), new byte[BYTES_MAX / 2]);

    byte[] row = new byte[1];
    assertThat(cache.find(bytes("key"), missed -> row)).isSameAs(row);
  }

  @Test
  void deletionsAreCached() {
    cache.put(bytes("key"), new byte[10]);
    cache.put(bytes("key"), null);

    assertThat(cache.find(bytes("key"), RowCacheTest::unexpected)).isNull();
  }

  private static byte[] unexpected(byte[] key) {
    throw new AssertionError("looked for elsewhere");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
