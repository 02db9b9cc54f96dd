package io.metastore.core.tree;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The client sessions. Each has a lease with the same ID.
 *
 * <p>Layout in {@link Table#SMALL}: {@code s} ‖ int64 id → {@link SessionRecord}; {@code m} ‖
 * {@code z} → int64 the last allocated id.
 */
public final class SessionTable {
  private static final byte[] LAST_ID = SmallTable.META.key().int8('z').toBytes();

  /**
   * Session IDs contain the time in milliseconds, shifted left by this many bits. The low bits
   * allow that many IDs per millisecond.
   */
  private static final int TIME_SHIFT = 16;

  private SessionTable() {}

  /**
   * Allocates a session ID. It differs from all earlier ones, even those of an earlier cluster on
   * the same members, because it begins with the time, as in ZooKeeper.
   */
  public static long allocateId(WriteSet writes, long timeMs) {
    byte[] last = writes.find(Table.SMALL, LAST_ID);
    long next = last == null ? 1 : new KeyReader(last).int64() + 1;
    // The highest byte stays 0, as ZooKeeper reserves it.
    long id = Math.max(next, timeMs << (TIME_SHIFT + Byte.SIZE) >>> Byte.SIZE);
    writes.put(Table.SMALL, LAST_ID, new KeyWriter().int64(id).toBytes());
    return id;
  }

  public static @Nullable SessionRecord find(Reader reader, long id) {
    byte[] value = reader.find(Table.SMALL, key(id));
    try {
      return value == null ? null : SessionRecord.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("session " + id + " is damaged", e);
    }
  }

  public static void put(WriteSet writes, long id, SessionRecord session) {
    writes.put(Table.SMALL, key(id), session.toByteArray());
  }

  public static void remove(WriteSet writes, long id) {
    writes.delete(Table.SMALL, key(id));
  }

  static List<Long> ids(Reader reader) {
    List<Long> ids = new ArrayList<>();
    try (Cursor cursor = all(reader)) {
      while (cursor.next()) {
        ids.add(
            new KeyReader(cursor.key()).skip(SmallTable.SESSION.key().toBytes().length).int64());
      }
    }
    return ids;
  }

  /** The number of sessions. */
  static long count(Reader reader) {
    long count = 0;
    try (Cursor cursor = all(reader)) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }

  private static Cursor all(Reader reader) {
    byte[] prefix = SmallTable.SESSION.key().toBytes();
    return reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix));
  }

  private static byte[] key(long id) {
    return SmallTable.SESSION.key().int64(id).toBytes();
  }
}
