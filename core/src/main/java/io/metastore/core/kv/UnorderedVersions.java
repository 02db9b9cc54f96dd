package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.StoredVersion;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Table;
import java.util.function.Consumer;

/**
 * The versions that {@link ChangeLog.Walk#nextVersion} does not find: those that created a key, and
 * those up to the compacted revision that a compaction keeps. They are found in {@link
 * Table#LATEST} and {@link Table#HISTORY}, in the order of their keys.
 */
final class UnorderedVersions {
  private final Reader reader;
  private final long compacted;
  private final long through;
  private final Scope scope;
  private final byte[] headBytes = new byte[RecordCodec.HEAD_BYTES_MAX];

  /** Which versions are passed. */
  enum Scope {
    /** Those that {@link ChangeLog.Walk#nextVersion} does not find. */
    NOT_IN_LOG,
    /** In addition, all newest versions, which are stored twice. */
    WITH_NEWEST
  }

  /**
   * @param compacted the compacted revision of the tables
   * @param through later revisions are left out
   */
  UnorderedVersions(Reader reader, long compacted, long through, Scope scope) {
    this.scope = scope;
    this.reader = reader;
    this.compacted = compacted;
    this.through = through;
  }

  /** Passes all of them, by reading both tables once. */
  void forEach(Consumer<StoredVersion> visitor) {
    latest(visitor);
    history(visitor);
  }

  private boolean isWanted(RecordCodec.Head head) {
    return head.modRevision() <= through
        && !ChangeLog.isInOrder(head.createRevision(), head.modRevision(), compacted);
  }

  /** Values that are not wanted are not even copied from the table. */
  private void latest(Consumer<StoredVersion> visitor) {
    try (Cursor latest = reader.scanOnce(Table.LATEST, Bytes.EMPTY, null)) {
      while (latest.next()) {
        ByteString key = UnsafeByteOperations.unsafeWrap(latest.key());
        int length = Math.min(latest.value(headBytes), RecordCodec.HEAD_BYTES_MAX);
        RecordCodec.Head head = RecordCodec.decodeHead(key, headBytes, 0, length);
        if (isWanted(head) || (scope == Scope.WITH_NEWEST && head.modRevision() <= through)) {
          KeyValue version = RecordCodec.decode(key, latest.value(), 0, head);
          visitor.accept(StoredVersion.ofPut(head.sub(), version));
        }
      }
    }
  }

  /**
   * The versions of a key follow each other, newest first. Of those up to the compacted revision,
   * only the first counts, and only if the key's newest version is not such a one itself.
   */
  private void history(Consumer<StoredVersion> visitor) {
    ByteString key = ByteString.EMPTY;
    long newer = 0; // revision of the entry before, if it is of the same key
    try (Cursor history = reader.scanOnce(Table.HISTORY, Bytes.EMPTY, null)) {
      while (history.next()) {
        ByteString entryKey = KvTable.historyUserKey(history.key());
        if (!entryKey.equals(key)) {
          key = entryKey;
          newer = 0;
        }
        long revision = KvTable.historyRevision(history.key());
        if (revision > compacted) {
          visitEntry(key, revision, history.value(), 0, visitor);
        } else if (newer == 0 || newer > compacted) {
          long replacedBy = newer == 0 ? newestRevision(key) : newer;
          if (replacedBy > compacted) {
            visitEntry(key, revision, history.value(), replacedBy, visitor);
          }
        }
        newer = revision;
      }
    }
  }

  /** 0 if the key does not exist. */
  private long newestRevision(ByteString key) {
    KeyValue newest = KvTable.find(reader, key);
    return newest == null ? 0 : newest.modRevision();
  }

  private void visitEntry(
      ByteString key,
      long revision,
      byte[] value,
      long replacedBy,
      Consumer<StoredVersion> visitor) {
    if (KvTable.isTombstone(value)) {
      return; // in the change log, or removed by the compaction
    }
    if (!KvTable.isPointer(value)) {
      RecordCodec.Head head = RecordCodec.decodeHead(key, value, 0, value.length);
      if (isWanted(head)) {
        KeyValue version = RecordCodec.decode(key, value, 0, head);
        visitor.accept(StoredVersion.ofPut(head.sub(), version).withReplacedBy(replacedBy));
      }
    } else if (revision <= compacted && revision <= through) {
      int sub = KvTable.Pointer.decode(value).sub();
      KeyValue version = ChangeLog.get(reader, revision, sub);
      visitor.accept(StoredVersion.ofPut(sub, version).withReplacedBy(replacedBy));
    }
  }
}
