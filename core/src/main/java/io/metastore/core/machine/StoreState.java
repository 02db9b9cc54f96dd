package io.metastore.core.machine;

import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.Arrays;

/**
 * The position and counters of the state machine, written atomically with every entry's changes.
 *
 * <p>Layout in {@link Table#SMALL}: {@code m} ‖ {@code s} → the six numbers as int64; {@code m} ‖
 * {@code t} → nothing, only present while an entry is partly written.
 *
 * @param term Raft term of the last applied entry
 * @param index Raft log index of the last applied entry
 * @param revision the newest revision; 1 for an empty store
 * @param compacted the compacted revision; -1 if nothing was compacted
 * @param timeMs the highest leader time seen, in milliseconds since 1970
 * @param digest running checksum over all applied changes
 */
public record StoreState(
    long term, long index, long revision, long compacted, long timeMs, long digest) {
  private static final StoreState EMPTY = new StoreState(0, -1, 1, -1, 0, 0);
  private static final byte[] KEY = SmallTable.META.key().int8('s').toBytes();
  private static final byte[] TORN = SmallTable.META.key().int8('t').toBytes();

  /**
   * The state of tables that are filled with the data of another store.
   *
   * @param index Raft log index of the tables. Its term is 0, because no member has voted yet.
   */
  public static StoreState atImport(long index, long revision, long compacted) {
    return new StoreState(0, index, revision, compacted, 0, 0);
  }

  /** The state in the tables; that of an empty store if there is none. */
  public static StoreState read(Reader reader) {
    byte[] value = reader.find(Table.SMALL, KEY);
    if (value == null) {
      return EMPTY;
    }
    KeyReader in = new KeyReader(value);
    return new StoreState(in.int64(), in.int64(), in.int64(), in.int64(), in.int64(), in.int64());
  }

  /** Whether a crash left only a part of an entry's changes in the tables. */
  public static boolean isTorn(Reader reader) {
    return reader.find(Table.SMALL, TORN) != null;
  }

  /** Whether a row of {@link Table#SMALL} is one of the rows of this class. */
  static boolean isRow(byte[] key) {
    return Arrays.equals(key, KEY) || Arrays.equals(key, TORN);
  }

  /** Marks the tables as torn: more parts of the entry follow. */
  static void writeTorn(WriteSet writes) {
    writes.put(Table.SMALL, TORN, Bytes.EMPTY);
  }

  /** Removes the torn mark, together with the last part of the entry. */
  static void writeWhole(WriteSet writes) {
    writes.delete(Table.SMALL, TORN);
  }

  void write(WriteSet writes) {
    writes.put(
        Table.SMALL,
        KEY,
        new KeyWriter()
            .int64(term)
            .int64(index)
            .int64(revision)
            .int64(compacted)
            .int64(timeMs)
            .int64(digest)
            .toBytes());
  }

  /**
   * Completes tables that were filled with the data of another store. Their term is 0, because no
   * member of their cluster has voted yet.
   */
  public void writeFirst(Storage storage) {
    TableFormat.check(storage, /* empty= */ true);
    WriteSet writes = storage.newWriteSet();
    new StoreState(0, index, revision, compacted, timeMs, digest).write(writes);
    storage.write(writes);
  }

  StoreState at(long newTerm, long newIndex) {
    return new StoreState(newTerm, newIndex, revision, compacted, timeMs, digest);
  }
}
