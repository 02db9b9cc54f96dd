package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import org.jspecify.annotations.Nullable;

/**
 * The versions of the keys.
 *
 * <p>{@link Table#LATEST}: user key → record of the newest version, if the key exists. {@link
 * Table#HISTORY}: escaped user key ‖ int64 inverted revision → the record that a later version
 * replaced, or nothing for a deletion. So a current read is one look-up, and the versions of one
 * key lie together, newest first.
 */
public final class KvTable {
  private static final byte[] TOMBSTONE = Bytes.EMPTY;

  private KvTable() {}

  /** The newest version of a key, or null if it does not exist. */
  public static @Nullable KeyValue find(Reader reader, ByteString key) {
    byte[] bytes = reader.find(Table.LATEST, key.toByteArray());
    return bytes == null ? null : RecordCodec.decode(key, bytes);
  }

  /**
   * The version of a key at an old revision that is not compacted, or null if it did not exist
   * then.
   */
  public static @Nullable KeyValue findAt(Reader reader, ByteString key, long revision) {
    KeyValue latest = find(reader, key);
    if (latest != null && latest.modRevision() <= revision) {
      return latest;
    }
    byte[] prefix = new KeyWriter().escaped(key).toBytes();
    try (Cursor history = reader.scan(Table.HISTORY, prefix, Bytes.afterPrefix(prefix))) {
      return history.seek(historyKey(key, revision)) ? decodeHistory(key, history.value()) : null;
    }
  }

  /**
   * Writes a new version.
   *
   * @param previous the version it replaces, as just read through {@code writes}
   */
  public static KeyValue put(
      WriteSet writes,
      long revision,
      int sub,
      ByteString key,
      ByteString value,
      long lease,
      @Nullable KeyValue previous) {
    KeyValue current =
        previous == null
            ? new KeyValue(key, value, revision, revision, 1, lease)
            : new KeyValue(
                key, value, previous.createRevision(), revision, previous.version() + 1, lease);
    keepInHistory(writes, revision, previous);
    writes.put(Table.LATEST, key.toByteArray(), RecordCodec.encode(current));
    ChangeLog.append(writes, revision, sub, WatchEvent.Kind.PUT, key);
    return current;
  }

  /**
   * Deletes a key.
   *
   * @param previous its newest version, as just read through {@code writes}
   */
  public static void delete(WriteSet writes, long revision, int sub, KeyValue previous) {
    keepInHistory(writes, revision, previous);
    writes.put(Table.HISTORY, historyKey(previous.key(), revision), TOMBSTONE);
    writes.delete(Table.LATEST, previous.key().toByteArray());
    ChangeLog.append(writes, revision, sub, WatchEvent.Kind.DELETE, previous.key());
  }

  private static void keepInHistory(WriteSet writes, long revision, @Nullable KeyValue previous) {
    // A version replaced within its own revision was never visible at any revision.
    if (previous != null && previous.modRevision() != revision) {
      writes.put(
          Table.HISTORY,
          historyKey(previous.key(), previous.modRevision()),
          RecordCodec.encode(previous));
    }
  }

  static byte[] historyKey(ByteString key, long revision) {
    return new KeyWriter().escaped(key).int64(~revision).toBytes();
  }

  static ByteString historyUserKey(byte[] historyKey) {
    return new KeyReader(historyKey).escaped();
  }

  static long historyRevision(byte[] historyKey) {
    return ~new KeyReader(historyKey).skip(historyKey.length - 8).int64();
  }

  static boolean isTombstone(byte[] historyValue) {
    return historyValue.length == 0;
  }

  static @Nullable KeyValue decodeHistory(ByteString key, byte[] historyValue) {
    return isTombstone(historyValue) ? null : RecordCodec.decode(key, historyValue);
  }
}
