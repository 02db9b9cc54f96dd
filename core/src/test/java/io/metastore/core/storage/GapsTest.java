package io.metastore.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.machine.Seeds;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Scans over a large number of deletions find all existing entries, in old and new snapshots. */
class GapsTest {
  private static final int KEYS = 6_000;
  private static final int STEPS = 120;
  private static final int SNAPSHOTS_MAX = 4;

  @TempDir Path directory;

  /** A snapshot and its expected keys. */
  private record Kept(Snapshot snapshot, TreeSet<Integer> keys) {}

  static LongStream seeds() {
    return Seeds.some(3);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void scansFindAllExistingEntries(long seed) {
    Random random = new Random(seed);
    TreeSet<Integer> keys = new TreeSet<>();
    Deque<Kept> kept = new ArrayDeque<>();
    try (Storage storage = Storage.open(directory, StorageOptions.DEFAULT)) {
      for (int i = 0; i < STEPS; i++) {
        WriteSet writes = storage.newWriteSet();
        change(random, writes, keys);
        check(random, writes, keys);
        storage.write(writes);
        kept.add(new Kept(storage.snapshotForScans(), new TreeSet<>(keys)));
        for (Kept one : kept) {
          check(random, one.snapshot(), one.keys());
        }
        if (kept.size() > random.nextInt(SNAPSHOTS_MAX + 1)) {
          kept.remove().snapshot().close();
        }
      }
      kept.forEach(one -> one.snapshot().close());
    }
  }

  /** Changes a few random keys, or a large number of neighbouring ones. */
  private static void change(Random random, WriteSet writes, NavigableSet<Integer> keys) {
    int count = random.nextInt(4) == 0 ? 1_500 : random.nextInt(3);
    int first = random.nextInt(KEYS);
    boolean delete = random.nextBoolean();
    for (int key = first; key < Math.min(KEYS, first + count); key++) {
      if (delete) {
        writes.delete(Table.SMALL, key(key));
        keys.remove(key);
      } else {
        writes.put(Table.SMALL, key(key), Bytes.EMPTY);
        keys.add(key);
      }
    }
  }

  private static void check(Random random, Reader reader, NavigableSet<Integer> keys) {
    int from = random.nextInt(KEYS);
    int to = random.nextInt(4) == 0 ? KEYS : from + random.nextInt(KEYS - from);
    boolean open = to == KEYS && random.nextBoolean();
    List<Integer> found = new ArrayList<>();
    List<Integer> wanted = new ArrayList<>();
    try (Cursor cursor = reader.scan(Table.SMALL, key(from), open ? null : key(to))) {
      int at = from;
      int limit = random.nextInt(200);
      for (int i = 0; i < limit; i++) {
        boolean seek = random.nextInt(10) == 0;
        at = seek ? at + random.nextInt(300) : at;
        boolean more = seek ? cursor.seek(key(at)) : cursor.next();
        Integer ceiling = keys.ceiling(at);
        Integer next = ceiling == null || ceiling >= to ? null : ceiling;
        found.add(more ? ByteBuffer.wrap(cursor.key()).getInt() : -1);
        wanted.add(next == null ? -1 : next);
        if (!more || next == null) {
          break;
        }
        at = next + 1;
      }
    }
    assertThat(found).as(from + " to " + (open ? "the end" : to)).isEqualTo(wanted);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void gapsContainNoEntries(long seed) {
    Random random = new Random(seed);
    int size = 200;
    boolean[] empty = new boolean[size];
    Gaps gaps = Gaps.NONE;
    for (int i = 0; i < 2_000; i++) {
      int at = random.nextInt(size);
      switch (random.nextInt(3)) {
        case 0 -> {
          int to = Math.min(size, at + 1 + random.nextInt(10));
          gaps = gaps.with(new Gaps.Gap(key(at), to == size ? null : key(to)));
          Arrays.fill(empty, at, to, true);
        }
        case 1 -> {
          gaps = gaps.afterPut(key(at));
          empty[at] = false;
        }
        default -> {
          gaps = gaps.afterDelete(key(at));
          // A position outside the known gaps may be empty or not; a deletion alone does not make
          // it a gap.
          boolean known = gaps.containing(key(at)) != null;
          empty[at] = empty[at] || known;
        }
      }
      boolean[] inGap = new boolean[size];
      for (int k = 0; k < size; k++) {
        inGap[k] = gaps.containing(key(k)) != null;
      }
      assertThat(inGap).isEqualTo(empty);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Table.class,
      names = {"LATEST", "ZNODES"})
  void aGapThatWasFoundIsKnownToTheNextSnapshot(Table table) {
    try (Storage storage = Storage.open(directory, StorageOptions.DEFAULT)) {
      WriteSet writes = storage.newWriteSet();
      for (int i = 0; i < 2_000; i++) {
        writes.delete(table, key(i));
      }
      writes.put(table, key(2_000), Bytes.EMPTY);
      storage.write(writes);
      try (Snapshot snapshot = storage.snapshotForScans();
          Cursor cursor = snapshot.scan(table, key(0), null)) {
        assertThat(cursor.next()).isTrue();
      }
      storage.write(storage.newWriteSet());
      assertThat(storage.knownGap(table, key(1_000))).isTrue();
      assertThat(storage.knownGap(table, key(2_000))).isFalse();
    }
  }

  private static byte[] key(int number) {
    return ByteBuffer.allocate(4).putInt(number).array();
  }
}
