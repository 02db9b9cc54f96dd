package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.metastore.core.api.KeyValue;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The versions of the keys.
 *
 * <p>{@link Table#LATEST}: user key → record of the newest version, if the key exists. {@link
 * Table#HISTORY}: escaped user key ‖ int64 inverted revision → a replaced version: its record; or 0
 * ‖ varint sub ‖ varint replacing revision, if the {@link ChangeLog} stores the record at that
 * revision and sub; or nothing for a deletion. So reading a current value takes one look-up, the
 * versions of a key are stored together, newest first, and an overwritten value is not written
 * again.
 */
public final class KvTable {
  private static final byte[] TOMBSTONE = Bytes.EMPTY;

  /** Marks a pointer. No record begins with it, because a create revision is never 0. */
  private static final byte POINTER = 0;

  private KvTable() {}

  /** The newest version of a key; null if the key does not exist. */
  public static @Nullable KeyValue find(Reader reader, ByteString key) {
    byte[] bytes = reader.find(Table.LATEST, key.toByteArray());
    return bytes == null ? null : RecordCodec.decode(key, bytes);
  }

  /** As {@link #find}, for a caller that replaces or deletes the version. */
  public static @Nullable StoredKey findStored(Reader reader, ByteString key) {
    byte[] bytes = reader.find(Table.LATEST, key.toByteArray());
    return bytes == null ? null : RecordCodec.decodeStored(key, bytes);
  }

  /**
   * The version of a key at a revision that is not compacted; null if the key did not exist then.
   */
  public static @Nullable KeyValue findAt(Reader reader, ByteString key, long revision) {
    KeyValue latest = find(reader, key);
    if (latest != null && latest.modRevision() <= revision) {
      return latest;
    }
    byte[] prefix = new KeyWriter().escaped(key).toBytes();
    try (Cursor history = reader.scan(Table.HISTORY, prefix, Bytes.afterPrefix(prefix))) {
      return history.seek(historyKey(key, revision))
          ? findVersion(reader, key, history.key(), history.value())
          : null;
    }
  }

  /** Whether a key was put or deleted after a revision that is not compacted. */
  public static boolean changedAfter(Reader reader, ByteString key, long revision) {
    KeyValue latest = find(reader, key);
    if (latest != null) {
      return latest.modRevision() > revision;
    }
    byte[] prefix = new KeyWriter().escaped(key).toBytes();
    try (Cursor history = reader.scan(Table.HISTORY, prefix, Bytes.afterPrefix(prefix))) {
      return history.next() && historyRevision(history.key()) > revision;
    }
  }

  /**
   * Writes a new version.
   *
   * @param compacted the compacted revision; the change log does not keep versions up to it
   * @param previous the version to replace, as just read through {@code writes}
   */
  public static KeyValue put(
      WriteSet writes,
      long revision,
      int sub,
      long compacted,
      ByteString key,
      ByteString value,
      long lease,
      @Nullable StoredKey previous) {
    KeyValue replaced = previous == null ? null : previous.version();
    KeyValue current =
        replaced == null
            ? new KeyValue(key, value, revision, revision, 1, lease)
            : new KeyValue(
                key, value, replaced.createRevision(), revision, replaced.version() + 1, lease);
    restore(writes, sub, compacted, current, previous);
    return current;
  }

  /**
   * Writes a version that another store made. Versions must come in the order in which they were
   * made. What a compaction at {@code compacted} removes is not kept.
   *
   * @param compacted as for a put
   * @param previous the key's newest version, as just read through {@code writes}
   */
  public static void restore(
      WriteSet writes, int sub, long compacted, KeyValue version, @Nullable StoredKey previous) {
    long revision = version.modRevision();
    keepInHistory(writes, revision, compacted, previous);
    byte[] encoded = RecordCodec.encode(version, sub);
    writes.put(Table.LATEST, version.key().toByteArray(), encoded);
    if (revision >= compacted) {
      ChangeLog.appendPut(writes, revision, sub, version, encoded, modRevision(previous));
    }
  }

  /**
   * Deletes a key.
   *
   * @param compacted as for a put
   * @param previous as just read through {@code writes}
   */
  public static void delete(
      WriteSet writes, long revision, int sub, long compacted, StoredKey previous) {
    restoreDeletion(writes, revision, sub, compacted, previous.version().key(), previous);
  }

  /**
   * Deletes a key as another store did; otherwise as {@link #restore}.
   *
   * @param previous as for a put; null if the compaction removed it
   */
  public static void restoreDeletion(
      WriteSet writes,
      long revision,
      int sub,
      long compacted,
      ByteString key,
      @Nullable StoredKey previous) {
    keepInHistory(writes, revision, compacted, previous);
    writes.delete(Table.LATEST, key.toByteArray());
    // Watchers may start at the compacted revision itself.
    if (revision >= compacted) {
      writes.put(Table.HISTORY, historyKey(key, revision), TOMBSTONE);
      ChangeLog.appendDelete(writes, revision, sub, key, modRevision(previous));
    }
  }

  private static void keepInHistory(
      WriteSet writes, long revision, long compacted, @Nullable StoredKey previous) {
    // A version replaced by the same revision was never visible.
    if (previous != null && previous.version().modRevision() != revision && revision > compacted) {
      KeyValue version = previous.version();
      boolean inLog = ChangeLog.carries(version) && version.modRevision() > compacted;
      writes.put(
          Table.HISTORY,
          historyKey(version.key(), version.modRevision()),
          inLog ? pointer(previous.sub(), revision) : RecordCodec.encode(version, previous.sub()));
    }
  }

  private static long modRevision(@Nullable StoredKey key) {
    return key == null ? 0 : key.version().modRevision();
  }

  private static byte[] pointer(int sub, long replacedBy) {
    int size =
        1
            + CodedOutputStream.computeUInt32SizeNoTag(sub)
            + CodedOutputStream.computeUInt64SizeNoTag(replacedBy);
    byte[] bytes = new byte[size];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.write(POINTER);
      out.writeUInt32NoTag(sub);
      out.writeUInt64NoTag(replacedBy);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // cannot happen: the array has the computed size
    }
    return bytes;
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

  static boolean isPointer(byte[] historyValue) {
    return historyValue.length > 1 && historyValue[0] == POINTER;
  }

  /** The version that an entry of the history of {@code key} stands for; null for a deletion. */
  static @Nullable KeyValue findVersion(
      Reader reader, ByteString key, byte[] historyKey, byte[] historyValue) {
    if (isTombstone(historyValue)) {
      return null;
    }
    if (!isPointer(historyValue)) {
      return RecordCodec.decode(key, historyValue);
    }
    Pointer pointer = Pointer.decode(historyValue);
    return ChangeLog.get(reader, historyRevision(historyKey), pointer.sub());
  }

  /**
   * An entry of the history whose record is stored in the change log.
   *
   * @param sub position of the record in the change log, at the entry's revision
   * @param replacedBy revision at which a later version replaced it
   */
  record Pointer(int sub, long replacedBy) {
    static Pointer decode(byte[] historyValue) {
      CodedInputStream in = CodedInputStream.newInstance(historyValue, 1, historyValue.length - 1);
      try {
        return new Pointer(in.readUInt32(), in.readUInt64());
      } catch (IOException e) {
        throw new IllegalStateException("entry of the history is damaged", e);
      }
    }
  }
}
