package io.metastore.core.kv;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.core.api.KeyValue;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Table;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Iterates, in key order, over the keys of a range as of one revision. For use by one thread. */
abstract sealed class VersionCursor implements AutoCloseable {

  /** The keys as of the newest revision. */
  static VersionCursor latest(Reader reader, KeyRange range) {
    return new Latest(reader, range);
  }

  /** The keys as of {@code revision}, which must not be compacted. */
  static VersionCursor at(Reader reader, KeyRange range, long revision) {
    return new Old(reader, range, revision);
  }

  /** Moves to the next key that exists; false at the end. */
  abstract boolean next();

  /** Moves to the end; returns the number of keys passed. */
  final long countRest() {
    long count = 0;
    while (next()) {
      count++;
    }
    return count;
  }

  /** The current key and its version. */
  abstract KeyValue current();

  /** The key moved to. */
  abstract ByteString key();

  /** All of its version but the value, which is not copied for it. */
  abstract RecordCodec.Head head();

  /** The length of its value. */
  abstract int valueBytes();

  /** Writes its value as a protobuf field. */
  abstract void writeValue(int field, CodedOutputStream out, Scratch scratch) throws IOException;

  /** Memory for the record of one key, so that not each needs an array of its own. */
  static final class Scratch {
    private byte[] bytes = new byte[4 << 10];

    /** The current record, in an array that is valid until the next call. */
    private byte[] read(Cursor cursor) {
      int length = cursor.value(bytes);
      if (length > bytes.length) {
        bytes = new byte[length + length / 4];
        cursor.value(bytes);
      }
      return bytes;
    }
  }

  @Override
  public abstract void close();

  /** Reads only keys until a value is requested, so counting does not read values. */
  private static final class Latest extends VersionCursor {
    private final Cursor cursor;
    private final byte[] headBytes = new byte[RecordCodec.HEAD_BYTES_MAX];

    /** Of the current key, once it was asked for. */
    private RecordCodec.@Nullable Head head;

    private int recordBytes;

    Latest(Reader reader, KeyRange range) {
      this.cursor = reader.scan(Table.LATEST, range.fromBytes(), range.toBytes());
    }

    @Override
    boolean next() {
      head = null;
      return cursor.next();
    }

    @Override
    KeyValue current() {
      return RecordCodec.decode(key(), cursor.value());
    }

    @Override
    ByteString key() {
      return UnsafeByteOperations.unsafeWrap(cursor.key());
    }

    @Override
    RecordCodec.Head head() {
      RecordCodec.Head known = head;
      if (known == null) {
        recordBytes = cursor.value(headBytes);
        known =
            RecordCodec.decodeHead(
                key(), headBytes, 0, Math.min(recordBytes, RecordCodec.HEAD_BYTES_MAX));
        head = known;
      }
      return known;
    }

    @Override
    int valueBytes() {
      int headLength = head().bytes();
      return recordBytes - headLength;
    }

    @Override
    void writeValue(int field, CodedOutputStream out, Scratch scratch) throws IOException {
      int bytes = valueBytes();
      out.writeByteArray(field, scratch.read(cursor), head().bytes(), bytes);
    }

    @Override
    public void close() {
      cursor.close();
    }
  }

  /**
   * Merges the newest versions with the history: the version of a key at the revision is in one of
   * them.
   */
  private static final class Old extends VersionCursor {
    private final Reader reader;
    private final long revision;
    private final Cursor latest;
    private final Cursor history;
    private @Nullable ByteString latestKey;
    private @Nullable ByteString historyKey;
    private @Nullable KeyValue current;

    Old(Reader reader, KeyRange range, long revision) {
      this.reader = reader;
      this.revision = revision;
      this.latest = reader.scan(Table.LATEST, range.fromBytes(), range.toBytes());
      this.history = reader.scan(Table.HISTORY, range.historyFrom(), range.historyTo());
      this.latestKey = latestKey(latest.next());
      this.historyKey = historyKey(history.next());
    }

    @Override
    boolean next() {
      while (latestKey != null || historyKey != null) {
        ByteString key = smaller(latestKey, historyKey);
        current = null;
        if (key.equals(latestKey)) {
          KeyValue newest = RecordCodec.decode(key, latest.value());
          current = newest.modRevision() <= revision ? newest : null;
          latestKey = latestKey(latest.next());
        }
        if (key.equals(historyKey)) {
          if (current == null) {
            current = findInHistory(key);
          }
          skipHistoryOf(key);
        }
        if (current != null) {
          return true;
        }
      }
      return false;
    }

    @Override
    KeyValue current() {
      if (current == null) {
        throw new IllegalStateException("cursor is not on a key");
      }
      return current;
    }

    @Override
    ByteString key() {
      return current().key();
    }

    @Override
    RecordCodec.Head head() {
      KeyValue version = current();
      return new RecordCodec.Head(
          version.createRevision(),
          version.modRevision(),
          version.version(),
          version.lease(),
          /* sub= */ 0,
          /* bytes= */ 0);
    }

    @Override
    int valueBytes() {
      return current().value().size();
    }

    @Override
    void writeValue(int field, CodedOutputStream out, Scratch scratch) throws IOException {
      out.writeBytes(field, current().value());
    }

    @Override
    public void close() {
      latest.close();
      history.close();
    }

    private @Nullable KeyValue findInHistory(ByteString key) {
      return history.seek(KvTable.historyKey(key, revision))
              && KvTable.historyUserKey(history.key()).equals(key)
          ? KvTable.findVersion(reader, key, history.key(), history.value())
          : null;
    }

    private void skipHistoryOf(ByteString key) {
      byte[] end = Bytes.afterPrefix(new KeyWriter().escaped(key).toBytes());
      historyKey = historyKey(end != null && history.seek(end));
    }

    private @Nullable ByteString latestKey(boolean found) {
      return found ? UnsafeByteOperations.unsafeWrap(latest.key()) : null;
    }

    private @Nullable ByteString historyKey(boolean found) {
      return found ? KvTable.historyUserKey(history.key()) : null;
    }

    private static ByteString smaller(@Nullable ByteString left, @Nullable ByteString right) {
      if (left == null || right == null) {
        return left == null ? requireNonNull(right) : left;
      }
      return KeyRange.compare(left, right) <= 0 ? left : right;
    }
  }
}
