package io.metastore.core.machine;

import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;

/**
 * Where the machine stands; written with every entry's changes, atomically.
 *
 * <p>Layout in {@link Table#SMALL}: {@code m} ‖ {@code s} → the six numbers as int64; {@code m} ‖
 * {@code t} → nothing, while only a part of an entry's changes is written.
 *
 * @param term Raft term of the last applied entry
 * @param index Raft log index of the last applied entry
 * @param revision the newest revision; an empty store has 1
 * @param compacted versions below this revision are gone; -1 if none was compacted
 * @param timeMs the highest leader time seen, in milliseconds since 1970
 * @param digest running checksum over all applied changes
 */
public record StoreState(
    long term, long index, long revision, long compacted, long timeMs, long digest) {
  private static final StoreState EMPTY = new StoreState(0, -1, 1, -1, 0, 0);
  private static final byte[] KEY = SmallTable.META.key().int8('s').toBytes();
  private static final byte[] TORN = SmallTable.META.key().int8('t').toBytes();

  static StoreState read(Reader reader) {
    byte[] value = reader.find(Table.SMALL, KEY);
    if (value == null) {
      return EMPTY;
    }
    KeyReader in = new KeyReader(value);
    return new StoreState(in.int64(), in.int64(), in.int64(), in.int64(), in.int64(), in.int64());
  }

  /** Whether a crash left the tables with a part of an entry's changes. */
  public static boolean isTorn(Reader reader) {
    return reader.find(Table.SMALL, TORN) != null;
  }

  /** Tells, with a part of an entry's changes, that more of them follow. */
  static void writeTorn(WriteSet writes) {
    writes.put(Table.SMALL, TORN, Bytes.EMPTY);
  }

  /** Tells, with the last of an entry's changes, that no more follow. */
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

  StoreState at(long newTerm, long newIndex) {
    return new StoreState(newTerm, newIndex, revision, compacted, timeMs, digest);
  }
}
