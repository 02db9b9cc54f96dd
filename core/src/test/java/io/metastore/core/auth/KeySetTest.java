package io.metastore.core.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.kv.KeyRange;
import io.metastore.core.machine.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares with a model: the set of all keys at which ranges between a few bounds can differ. */
class KeySetTest {
  private static final List<String> LETTERS = List.of("/", "0", "a");
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  static LongStream seeds() {
    return Seeds.some(20);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void rangesCoverTheSameKeysAsTheModel(long seed) {
    Random random = new Random(seed);
    List<ByteString> bounds = bounds();
    List<ByteString> keys = new ArrayList<>(bounds);
    bounds.forEach(bound -> keys.add(bound.concat(ZERO)));
    for (int round = 0; round < 100; round++) {
      List<KeyRange> parts = new ArrayList<>();
      TreeSet<ByteString> covered = new TreeSet<>(KeyRange::compare);
      for (int i = random.nextInt(5); i > 0; i--) {
        KeyRange part = range(random, bounds);
        parts.add(part);
        keys.stream().filter(part::contains).forEach(covered::add);
      }
      KeySet set = new KeySet(parts);

      for (ByteString key : keys) {
        assertThat(set.covers(KeyRange.of(key, ByteString.EMPTY)))
            .as("%s in %s", key.toStringUtf8(), parts)
            .isEqualTo(covered.contains(key));
      }
      KeyRange asked = range(random, bounds);
      boolean expected = keys.stream().filter(asked::contains).allMatch(covered::contains);
      if (asked.to() == null) {
        expected &= asked.isEmpty() || parts.stream().anyMatch(part -> part.to() == null);
      }
      assertThat(set.covers(asked)).as("%s in %s", asked, parts).isEqualTo(expected);
    }
  }

  private static KeyRange range(Random random, List<ByteString> bounds) {
    ByteString from = bounds.get(random.nextInt(bounds.size()));
    return switch (random.nextInt(4)) {
      case 0 -> KeyRange.of(from, ByteString.EMPTY);
      case 1 -> KeyRange.of(from, ZERO);
      default -> KeyRange.of(from, bounds.get(random.nextInt(bounds.size())));
    };
  }

  /**
   * Each bound also with its immediate successor, so that some ranges end right after a single key.
   */
  private static List<ByteString> bounds() {
    List<ByteString> bounds = new ArrayList<>();
    for (String first : LETTERS) {
      add(bounds, first);
      for (String second : LETTERS) {
        add(bounds, first + second);
      }
    }
    return bounds;
  }

  private static void add(List<ByteString> keys, String key) {
    keys.add(ByteString.copyFromUtf8(key));
    keys.add(ByteString.copyFromUtf8(key).concat(ZERO));
  }
}
