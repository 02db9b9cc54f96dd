package io.metastore.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.machine.Seeds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StorageTest {
  private static final byte[] COUNTER = key("counter");

  @TempDir Path directory;

  static LongStream seeds() {
    return Seeds.some(3);
  }

  /** With small buffers, background flushes happen at any time, whichever table fills them. */
  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void aCrashUndoesWholeWritesNewestFirst(long seed) {
    Random random = new Random(seed);
    Path live = directory.resolve("live");
    try (Storage storage = Storage.open(live, new StorageOptions(1 << 20, 128 << 10, 1 << 20))) {
      int written = 0;
      for (int crash = 0; crash < 5; crash++) {
        for (int i = random.nextInt(300); i >= 0; i--) {
          storage.write(numbered(storage, written++, random));
        }
        int flushed = 0;
        if (random.nextInt(3) == 0) {
          storage.flush();
          flushed = written;
        }
        assertThat(survivors(live)).isBetween(flushed, written);
      }
    }
  }

  /** Write number n puts n under a counter in every table, and some other keys. */
  private static WriteSet numbered(Storage storage, int number, Random random) {
    WriteSet writes = storage.newWriteSet();
    for (Table table : Table.values()) {
      byte[] value = new byte[random.nextInt(random.nextInt(4) == 0 ? 20_000 : 50)];
      writes.put(table, new KeyWriter().int8('w').int64(number).toBytes(), value);
      writes.put(table, COUNTER, new KeyWriter().int64(number).toBytes());
    }
    return writes;
  }

  /** How many writes would be left after a crash now; checks that all tables agree. */
  private int survivors(Path live) {
    Path copy = directory.resolve("crashed");
    TestDirectories.copyAsAfterCrash(live, copy);
    try (Storage crashed = Storage.open(copy, StorageOptions.DEFAULT)) {
      List<Integer> counts = new ArrayList<>();
      for (Table table : Table.values()) {
        byte[] counter = crashed.find(table, COUNTER);
        counts.add(counter == null ? 0 : (int) new KeyReader(counter).int64() + 1);
        assertThat(numbersOf(crashed, table))
            .as("writes left in %s", table)
            .isEqualTo(LongStream.range(0, counts.get(counts.size() - 1)).boxed().toList());
      }
      assertThat(counts).as("writes left in each table").containsOnly(counts.get(0));
      return counts.get(0);
    }
  }

  private static List<Long> numbersOf(Storage storage, Table table) {
    List<Long> numbers = new ArrayList<>();
    try (Cursor cursor = storage.scan(table, key("w"), key("x"))) {
      while (cursor.next()) {
        numbers.add(new KeyReader(cursor.key()).skip(1).int64());
      }
    }
    return numbers;
  }

  @Test
  void aFlushedWriteSurvivesACrashAndALaterOneDoesNot() {
    Path live = directory.resolve("live");
    try (Storage storage = Storage.open(live, StorageOptions.DEFAULT)) {
      write(storage, Table.LATEST, "a", "1");
      storage.flush();
      write(storage, Table.LATEST, "b", "2");
      Path copy = directory.resolve("crashed");
      TestDirectories.copyAsAfterCrash(live, copy);
      try (Storage crashed = Storage.open(copy, StorageOptions.DEFAULT)) {
        assertThat(find(crashed, Table.LATEST, "a")).isEqualTo("1");
        assertThat(find(crashed, Table.LATEST, "b")).isNull();
      }
    }
  }

  @Test
  void aCheckpointIsADatabaseOfItsOwn() {
    Path target = directory.resolve("checkpoint");
    try (Storage storage = Storage.open(directory.resolve("live"), StorageOptions.DEFAULT)) {
      for (Table table : Table.values()) {
        write(storage, table, "a", table.name());
      }
      storage.checkpoint(target);
      write(storage, Table.LATEST, "a", "later");
      try (Storage copy = Storage.open(target, StorageOptions.DEFAULT)) {
        for (Table table : Table.values()) {
          assertThat(find(copy, table, "a")).isEqualTo(table.name());
        }
        write(copy, Table.LATEST, "a", "elsewhere");
      }
      assertThat(find(storage, Table.LATEST, "a")).isEqualTo("later");
    }
  }

  @Test
  void aSnapshotDoesNotSeeLaterWrites() {
    try (Storage storage = Storage.open(directory, StorageOptions.DEFAULT)) {
      write(storage, Table.LATEST, "a", "1");
      write(storage, Table.LATEST, "b", "1");
      try (Snapshot snapshot = storage.snapshot()) {
        write(storage, Table.LATEST, "a", "2");
        write(storage, Table.LATEST, "c", "2");
        storage.edit(Table.LATEST, Map.of(), List.of(key("b")));
        storage.flush();
        assertThat(find(snapshot, Table.LATEST, "a")).isEqualTo("1");
        assertThat(keys(snapshot, Table.LATEST)).containsExactly("a", "b");
      }
      assertThat(find(storage, Table.LATEST, "a")).isEqualTo("2");
      assertThat(keys(storage, Table.LATEST)).containsExactly("a", "c");
    }
  }

  @Test
  void aSnapshotKeepsTheTablesOpenAfterTheirOwnerClosedThem() {
    AtomicBoolean closed = new AtomicBoolean();
    Storage storage = Storage.open(directory, StorageOptions.DEFAULT, () -> closed.set(true));
    write(storage, Table.LATEST, "a", "1");
    Snapshot snapshot = storage.snapshot();
    storage.close();
    assertThat(closed).isFalse();
    assertThat(find(snapshot, Table.LATEST, "a")).isEqualTo("1");
    snapshot.close();
    assertThat(closed).isTrue();
  }

  @Test
  void discardingARangeKeepsItsEndAndOtherTables() {
    try (Storage storage = Storage.open(directory, StorageOptions.DEFAULT)) {
      for (String name : List.of("a", "b", "c", "d")) {
        write(storage, Table.CHANGES, name, "");
        write(storage, Table.HISTORY, name, "");
      }
      storage.discardRange(Table.CHANGES, key("b"), key("d"));
      assertThat(keys(storage, Table.CHANGES)).containsExactly("a", "d");
      assertThat(keys(storage, Table.HISTORY)).containsExactly("a", "b", "c", "d");
    }
  }

  @Test
  void sizesGrowWithTheStoredData() {
    try (Storage storage = Storage.open(directory, StorageOptions.DEFAULT)) {
      long before = storage.sizeBytes();
      WriteSet writes = storage.newWriteSet();
      byte[] noise = new byte[1 << 20];
      new Random(1).nextBytes(noise);
      writes.put(Table.LATEST, key("a"), noise);
      storage.write(writes);
      assertThat(storage.sizeBytes()).isGreaterThanOrEqualTo(before + (1 << 20));
      storage.flush();
      assertThat(storage.sizeBytes()).isGreaterThanOrEqualTo(1 << 20);
      assertThat(storage.liveBytes()).isGreaterThanOrEqualTo(1 << 20);
    }
  }

  private static void write(Storage storage, Table table, String name, String value) {
    WriteSet writes = storage.newWriteSet();
    writes.put(table, key(name), value.getBytes(StandardCharsets.US_ASCII));
    storage.write(writes);
  }

  private static @Nullable String find(Reader reader, Table table, String name) {
    byte[] value = reader.find(table, key(name));
    return value == null ? null : new String(value, StandardCharsets.US_ASCII);
  }

  private static List<String> keys(Reader reader, Table table) {
    List<String> keys = new ArrayList<>();
    try (Cursor cursor = reader.scan(table, Bytes.EMPTY, null)) {
      while (cursor.next()) {
        keys.add(ByteString.copyFrom(cursor.key()).toStringUtf8());
      }
    }
    return keys;
  }

  private static byte[] key(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }
}
