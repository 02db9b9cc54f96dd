package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.StoredVersion;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The log of changes: which key changed at which revision. Watchers catch up from it, and
 * compactions find in it what to remove.
 *
 * <p>Layout of {@link Table#CHANGES}: int64 revision ‖ int32 sub → one of
 *
 * <ul>
 *   <li>{@code P} ‖ user key: created;
 *   <li>{@code A} ‖ user key: put again by the revision that created it;
 *   <li>{@code U} ‖ int64 replaced revision ‖ int32 size of the user key ‖ user key ‖ record: an
 *       existing key got a new version. The whole version is stored here, so that only a pointer to
 *       it must be written when a later version replaces it;
 *   <li>{@code D} ‖ int64 replaced revision ‖ user key: deleted.
 * </ul>
 *
 * <p>The replaced revision is the mod revision of the version that the change replaced. With it, a
 * compaction finds the entries of the history to remove without searching. It is 0 if that version
 * was made by the same revision, because such a version was never in the history.
 *
 * <p>Sub numbers the changes within a revision, from 0. Entries are written in key order and
 * deleted from the front, so background compactions never rewrite them.
 */
public final class ChangeLog {
  private static final byte CREATED = 'P';
  private static final byte PUT_AGAIN = 'A';
  private static final byte UPDATED = 'U';
  private static final byte DELETED = 'D';

  private ChangeLog() {}

  /**
   * One change.
   *
   * @param sub position of the change within its revision, from 0
   * @param version the version that was put, if the log stores it
   * @param replaced mod revision of the version that it replaced in the history; 0 for none
   */
  public record Change(
      long revision,
      int sub,
      WatchEvent.Kind kind,
      ByteString key,
      @Nullable KeyValue version,
      long replaced) {}

  /**
   * Reads changes one after the other, in the order in which they were made. Ends only between two
   * revisions. Not thread-safe.
   */
  public static final class Walk implements AutoCloseable {
    private final Cursor cursor;
    private final long last;
    private final int changesMax;
    private final long bytesMax;
    private long revision;
    private long through;
    private int changes;
    private long bytes;

    private Walk(Cursor cursor, long last, int changesMax, long bytesMax) {
      this.cursor = cursor;
      this.last = last;
      this.changesMax = changesMax;
      this.bytesMax = bytesMax;
    }

    /** The next change; null at the end. */
    public @Nullable Change next() {
      if (!cursor.next()) {
        through = last;
        return null;
      }
      KeyReader place = new KeyReader(cursor.key());
      long next = place.int64();
      if (next != revision && (changes >= changesMax || bytes >= bytesMax)) {
        through = next - 1;
        return null;
      }
      revision = next;
      byte[] value = cursor.value();
      changes++;
      bytes += value.length;
      return decode(next, place.int32(), value);
    }

    /**
     * The next deletion, or the next version that only the log has in the order of revisions; null
     * at the end. The other versions are {@link UnorderedVersions}.
     *
     * @param compacted the compacted revision of the tables
     */
    @Nullable StoredVersion nextVersion(long compacted) {
      for (Change change = next(); change != null; change = next()) {
        if (change.kind() == WatchEvent.Kind.DELETE) {
          return StoredVersion.ofDeletion(change.revision(), change.sub(), change.key());
        }
        KeyValue version = change.version();
        if (version != null && isInOrder(version.createRevision(), change.revision(), compacted)) {
          return StoredVersion.ofPut(change.sub(), version);
        }
      }
      return null;
    }

    /** After the end: all changes up to this revision have been read. */
    public long through() {
      return through;
    }

    @Override
    public void close() {
      cursor.close();
    }
  }

  /** Whether the log stores this version as a whole; otherwise it is in one of the other tables. */
  static boolean carries(KeyValue version) {
    return carries(version.createRevision(), version.modRevision());
  }

  private static boolean carries(long createRevision, long modRevision) {
    return createRevision != modRevision;
  }

  /** Whether {@link Walk#nextVersion} finds a version. */
  static boolean isInOrder(long createRevision, long modRevision, long compacted) {
    return carries(createRevision, modRevision) && modRevision > compacted;
  }

  /**
   * Appends a put.
   *
   * @param replaced mod revision of the replaced version; 0 if the put created the key
   */
  static void appendPut(
      WriteSet writes,
      long revision,
      int sub,
      KeyValue version,
      byte[] encodedVersion,
      long replaced) {
    ByteString key = version.key();
    byte[] value;
    if (carries(version)) {
      ByteBuffer out =
          ByteBuffer.allocate(1 + Long.BYTES + Integer.BYTES + key.size() + encodedVersion.length);
      out.put(UPDATED).putLong(inHistory(replaced, revision)).putInt(key.size());
      key.copyTo(out);
      value = out.put(encodedVersion).array();
    } else {
      value = new KeyWriter().int8(replaced == 0 ? CREATED : PUT_AGAIN).bytes(key).toBytes();
    }
    writes.put(Table.CHANGES, tableKey(revision, sub), value);
  }

  /**
   * Appends a deletion.
   *
   * @param replaced mod revision of the deleted version
   */
  static void appendDelete(WriteSet writes, long revision, int sub, ByteString key, long replaced) {
    writes.put(
        Table.CHANGES,
        tableKey(revision, sub),
        new KeyWriter().int8(DELETED).int64(inHistory(replaced, revision)).bytes(key).toBytes());
  }

  private static long inHistory(long replaced, long revision) {
    return replaced == revision ? 0 : replaced;
  }

  /** All changes from {@code firstRevision} to {@code lastRevision}, both inclusive. */
  public static Walk walk(Reader reader, long firstRevision, long lastRevision) {
    return walk(reader, firstRevision, lastRevision, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  /** As {@link #walk(Reader, long, long)}, by {@link Reader#scanOnce}. */
  static Walk walkOnce(Reader reader, long firstRevision, long lastRevision) {
    Cursor cursor = reader.scanOnce(Table.CHANGES, start(firstRevision), start(lastRevision + 1));
    return new Walk(cursor, lastRevision, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  /**
   * Changes from {@code firstRevision} to {@code lastRevision}, both inclusive.
   *
   * @param changesMax stops before a revision once this many changes have been read
   * @param bytesMax stops before a revision once this many bytes have been read
   */
  public static Walk walk(
      Reader reader, long firstRevision, long lastRevision, int changesMax, long bytesMax) {
    Cursor cursor = cursor(reader, firstRevision, lastRevision);
    return new Walk(cursor, lastRevision, changesMax, bytesMax);
  }

  /**
   * Whether any key of the range changed from {@code firstRevision} to {@code lastRevision}, both
   * inclusive.
   *
   * @param changesMax maximum number of changes to read
   * @return null if there were more changes
   */
  public static @Nullable Boolean anyIn(
      Reader reader, KeyRange range, long firstRevision, long lastRevision, int changesMax) {
    int seen = 0;
    try (Cursor cursor = cursor(reader, firstRevision, lastRevision)) {
      while (cursor.next()) {
        if (seen++ == changesMax) {
          return null;
        }
        if (range.contains(decode(0, 0, cursor.value()).key())) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * How many keys the range gained from {@code firstRevision} to {@code lastRevision}, both
   * inclusive; negative if it lost keys.
   *
   * @param changesMax maximum number of changes to read
   * @return null if there were more changes
   */
  static @Nullable Long gain(
      Reader reader, KeyRange range, long firstRevision, long lastRevision, long changesMax) {
    long seen = 0;
    long gain = 0;
    byte[] kind = new byte[1];
    try (Cursor cursor = cursor(reader, firstRevision, lastRevision)) {
      while (cursor.next()) {
        if (seen++ == changesMax) {
          return null;
        }
        cursor.value(kind); // most changes are updates, whose values need not be copied
        boolean counts = kind[0] == CREATED || kind[0] == DELETED;
        if (counts && range.contains(decode(0, 0, cursor.value()).key())) {
          gain += kind[0] == CREATED ? 1 : -1;
        }
      }
    }
    return gain;
  }

  /** The version that the log stores at this position. */
  static KeyValue get(Reader reader, long revision, int sub) {
    Change change = find(reader, revision, sub);
    if (change == null || change.version() == null) {
      throw new IllegalStateException("no version at change " + sub + " of revision " + revision);
    }
    return change.version();
  }

  /** The change at this position; null if there is none. */
  static @Nullable Change find(Reader reader, long revision, int sub) {
    byte[] value = reader.find(Table.CHANGES, tableKey(revision, sub));
    return value == null ? null : decode(revision, sub, value);
  }

  private static Cursor cursor(Reader reader, long first, long last) {
    return reader.scan(Table.CHANGES, start(first), start(last + 1));
  }

  /** Deletes all changes before {@code revision}. */
  static void discardBefore(Storage storage, long revision) {
    storage.discardRange(Table.CHANGES, start(0), start(revision));
  }

  private static byte[] start(long revision) {
    return new KeyWriter().int64(revision).toBytes();
  }

  private static byte[] tableKey(long revision, int sub) {
    return new KeyWriter().int64(revision).int32(sub).toBytes();
  }

  static Change decode(long revision, int sub, byte[] value) {
    return switch (value[0]) {
      case CREATED, PUT_AGAIN ->
          new Change(revision, sub, WatchEvent.Kind.PUT, keyAfter(1, value), null, 0);
      case DELETED ->
          new Change(
              revision,
              sub,
              WatchEvent.Kind.DELETE,
              keyAfter(1 + Long.BYTES, value),
              null,
              ByteBuffer.wrap(value).getLong(1));
      case UPDATED -> {
        ByteBuffer in = ByteBuffer.wrap(value).position(1);
        long replaced = in.getLong();
        int keySize = in.getInt();
        int keyStart = in.position();
        ByteString key = UnsafeByteOperations.unsafeWrap(value, keyStart, keySize);
        KeyValue version = RecordCodec.decode(key, value, keyStart + keySize);
        yield new Change(revision, sub, WatchEvent.Kind.PUT, key, version, replaced);
      }
      default ->
          throw new IllegalStateException(
              "change at revision " + revision + " has kind " + value[0]);
    };
  }

  private static ByteString keyAfter(int prefixBytes, byte[] value) {
    return UnsafeByteOperations.unsafeWrap(value, prefixBytes, value.length - prefixBytes);
  }
}
