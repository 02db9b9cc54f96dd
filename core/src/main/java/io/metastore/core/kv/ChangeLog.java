package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Which key changed at which revision: what lets a watcher catch up and a compaction find its work.
 *
 * <p>Layout of {@link Table#CHANGES}: int64 revision ‖ int32 sub → {@code P} or {@code D} ‖ user
 * key. Sub counts the changes within a revision from 0.
 */
public final class ChangeLog {
  private static final byte PUT = 'P';
  private static final byte DELETE = 'D';

  private ChangeLog() {}

  /** One change, without its value. */
  public record Change(long revision, WatchEvent.Kind kind, ByteString key) {}

  static void append(
      WriteSet writes, long revision, int sub, WatchEvent.Kind kind, ByteString key) {
    byte mark = kind == WatchEvent.Kind.PUT ? PUT : DELETE;
    writes.put(
        Table.CHANGES,
        new KeyWriter().int64(revision).int32(sub).toBytes(),
        new KeyWriter().int8(mark).bytes(key).toBytes());
  }

  /**
   * Reads whole revisions from {@code firstRevision} to {@code lastRevision}, both inclusive.
   *
   * @param changesMax stops before the first revision that would begin after so many changes
   */
  public static List<Change> read(
      Reader reader, long firstRevision, long lastRevision, int changesMax) {
    List<Change> changes = new ArrayList<>();
    try (Cursor cursor =
        reader.scan(Table.CHANGES, start(firstRevision), start(lastRevision + 1))) {
      while (cursor.next()) {
        Change change = decode(cursor.key(), cursor.value());
        if (changes.size() >= changesMax
            && change.revision() != changes.get(changes.size() - 1).revision()) {
          break;
        }
        changes.add(change);
      }
    }
    return changes;
  }

  /** Drops everything before {@code revision}. */
  static void discardBefore(Storage storage, long revision) {
    storage.discardRange(Table.CHANGES, start(0), start(revision));
  }

  private static byte[] start(long revision) {
    return new KeyWriter().int64(revision).toBytes();
  }

  private static Change decode(byte[] key, byte[] value) {
    long revision = new KeyReader(key).int64();
    return new Change(revision, kind(value[0], revision), new KeyReader(value).skip(1).bytes());
  }

  private static WatchEvent.Kind kind(byte mark, long revision) {
    return switch (mark) {
      case PUT -> WatchEvent.Kind.PUT;
      case DELETE -> WatchEvent.Kind.DELETE;
      default ->
          throw new IllegalStateException("change at revision " + revision + " has kind " + mark);
    };
  }
}
