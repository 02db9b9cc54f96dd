package io.metastore.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.machine.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stored entries with changes on top of them read like a map. */
class WriteSetTest {
  private static final int STEPS = 3000;

  @TempDir Path directory;

  private final TreeMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);

  static LongStream seeds() {
    return Seeds.some(5);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void changesOverStoredEntriesReadLikeAMap(long seed) {
    Random random = new Random(seed);
    try (Storage storage = Storage.open(directory, StorageOptions.DEFAULT)) {
      WriteSet writes = storage.newWriteSet();
      for (int i = 0; i < STEPS; i++) {
        change(random, writes);
        check(random, writes);
        if (random.nextInt(40) == 0) {
          storage.write(writes);
          check(random, storage);
          writes = storage.newWriteSet();
        }
        if (random.nextInt(500) == 0) {
          storage.flush();
        }
      }
    }
  }

  private void change(Random random, WriteSet writes) {
    byte[] key = key(random);
    if (random.nextInt(3) == 0) {
      writes.delete(Table.HISTORY, key);
      model.remove(key);
    } else {
      byte[] value = new byte[random.nextInt(3)];
      random.nextBytes(value);
      writes.put(Table.HISTORY, key, value);
      model.put(key, value);
    }
  }

  private void check(Random random, Reader reader) {
    byte[] key = key(random);
    assertThat(reader.find(Table.HISTORY, key)).isEqualTo(model.get(key));
    assertThat(reader.find(Table.LATEST, key)).as("another table").isNull();
    byte[] from = random.nextInt(4) == 0 ? Bytes.EMPTY : key(random);
    byte @Nullable [] to = random.nextInt(4) == 0 ? null : key(random);
    try (Cursor cursor = reader.scan(Table.HISTORY, from, to)) {
      walk(random, cursor, inRange(from, to));
    }
  }

  /** Moves through the whole range by next and by seek. */
  private static void walk(Random random, Cursor cursor, SortedMap<byte[], byte[]> range) {
    List<Map.Entry<byte[], byte[]>> entries = new ArrayList<>(range.entrySet());
    int expected = -1; // index of the current entry
    while (true) {
      boolean found;
      byte[] target = key(random);
      boolean leap =
          random.nextInt(4) == 0
              && !range.isEmpty()
              && Arrays.compareUnsigned(
                      target, expected < 0 ? range.firstKey() : entries.get(expected).getKey())
                  >= 0;
      if (leap) {
        found = cursor.seek(target);
        expected = Math.max(expected, 0);
        while (expected < entries.size()
            && Arrays.compareUnsigned(entries.get(expected).getKey(), target) < 0) {
          expected++;
        }
      } else {
        found = cursor.next();
        expected++;
      }
      assertThat(found).isEqualTo(expected < entries.size());
      if (!found) {
        return;
      }
      assertThat(cursor.key()).isEqualTo(entries.get(expected).getKey());
      assertThat(cursor.value()).isEqualTo(entries.get(expected).getValue());
    }
  }

  private SortedMap<byte[], byte[]> inRange(byte[] from, byte @Nullable [] to) {
    if (to == null) {
      return model.tailMap(from);
    }
    return Arrays.compareUnsigned(from, to) < 0
        ? model.subMap(from, to)
        : new TreeMap<>(Arrays::compareUnsigned);
  }

  /** A key out of few, so that changes and stored entries overlap. */
  private static byte[] key(Random random) {
    byte[] alphabet = {0, 1, 'a', (byte) 0xff};
    byte[] key = new byte[1 + random.nextInt(3)];
    for (int i = 0; i < key.length; i++) {
      key[i] = alphabet[random.nextInt(alphabet.length)];
    }
    return key;
  }
}
