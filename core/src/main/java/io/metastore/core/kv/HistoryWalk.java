package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.StoredVersion;
import io.metastore.core.api.VersionWalk;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Table;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * All versions of all keys, in the order in which they were made.
 *
 * <p>The {@link ChangeLog} contains updates and deletions in this order. The other versions, which
 * are those that created a key and those up to the compacted revision, are found by key in {@link
 * Table#LATEST} and {@link Table#HISTORY}: they are sorted, and merged with the change log. Memory
 * is flat; the temporary files are about as large as the sorted versions.
 */
public final class HistoryWalk implements VersionWalk {
  private final Reader reader;
  private final long compacted;
  private final long through;
  private final VersionSort sort;
  private final ChangeLog.Walk changes;
  private @Nullable StoredVersion fromSort;
  private @Nullable StoredVersion fromLog;
  private long lastRevision;
  private int lastSub;

  /**
   * Reads and sorts what must be sorted, which takes most of the time.
   *
   * @param compacted the compacted revision of the tables
   * @param through later revisions are left out
   * @param scratch directory for temporary files
   */
  public HistoryWalk(Reader reader, long compacted, long through, Path scratch) {
    this.reader = reader;
    this.compacted = compacted;
    this.through = through;
    this.sort = new VersionSort(scratch);
    try {
      sortLatest();
      sortHistory();
      this.changes = ChangeLog.walk(reader, Math.max(compacted, 0), through);
    } catch (RuntimeException e) {
      sort.close();
      throw e;
    }
    fromSort = nextFromSort();
    fromLog = nextFromLog();
  }

  @Override
  public @Nullable StoredVersion next() {
    StoredVersion log = fromLog;
    StoredVersion sorted = fromSort;
    if (log != null && (sorted == null || isBefore(log, sorted))) {
      fromLog = nextFromLog();
      return withOwnSub(log);
    }
    if (sorted != null) {
      fromSort = nextFromSort();
      return withOwnSub(sorted);
    }
    return null;
  }

  private static boolean isBefore(StoredVersion left, StoredVersion right) {
    return left.revision() < right.revision()
        || (left.revision() == right.revision() && left.sub() < right.sub());
  }

  /** Tables written by older versions of Metastore do not store every sub. */
  private StoredVersion withOwnSub(StoredVersion found) {
    int sub = found.revision() == lastRevision ? Math.max(found.sub(), lastSub + 1) : found.sub();
    lastRevision = found.revision();
    lastSub = sub;
    return sub == found.sub() ? found : found.withSub(sub);
  }

  @Override
  public void close() {
    changes.close();
    sort.close();
  }

  // --- the change log ----------------------------------------------------------------------------

  private @Nullable StoredVersion nextFromLog() {
    for (ChangeLog.Change change = changes.next(); change != null; change = changes.next()) {
      if (change.kind() == WatchEvent.Kind.DELETE) {
        return StoredVersion.ofDeletion(change.revision(), change.sub(), change.key());
      }
      KeyValue version = change.version();
      if (version != null && isInLog(version)) {
        return StoredVersion.ofPut(change.sub(), version);
      }
    }
    return null;
  }

  /** Whether a version is taken from the change log. */
  private boolean isInLog(KeyValue version) {
    return ChangeLog.carries(version) && version.modRevision() > compacted;
  }

  // --- the sorted versions -----------------------------------------------------------------------

  private void sortLatest() {
    try (Cursor latest = reader.scan(Table.LATEST, Bytes.EMPTY, null)) {
      while (latest.next()) {
        sortUnlessInLog(UnsafeByteOperations.unsafeWrap(latest.key()), latest.value(), 0);
      }
    }
  }

  /**
   * The versions of a key follow each other, newest first. Of those up to the compacted revision,
   * only the first counts, and only if the key's newest version is not such a one itself.
   */
  private void sortHistory() {
    ByteString key = ByteString.EMPTY;
    long newer = 0; // revision of the entry before, if it is of the same key
    try (Cursor history = reader.scan(Table.HISTORY, Bytes.EMPTY, null)) {
      while (history.next()) {
        ByteString entryKey = KvTable.historyUserKey(history.key());
        if (!entryKey.equals(key)) {
          key = entryKey;
          newer = 0;
        }
        long revision = KvTable.historyRevision(history.key());
        if (revision > compacted) {
          sortHistoryEntry(key, revision, history.value(), 0);
        } else if (newer == 0 || newer > compacted) {
          long replacedBy = newer == 0 ? newestRevision(key) : newer;
          if (replacedBy > compacted) {
            sortHistoryEntry(key, revision, history.value(), replacedBy);
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

  private void sortHistoryEntry(ByteString key, long revision, byte[] value, long replacedBy) {
    if (KvTable.isTombstone(value)) {
      return; // in the change log, or removed by the compaction
    }
    if (!KvTable.isPointer(value)) {
      sortUnlessInLog(key, value, replacedBy);
    } else if (revision <= compacted) {
      int sub = KvTable.Pointer.decode(value).sub();
      KeyValue version = ChangeLog.get(reader, revision, sub);
      sortUnlessInLog(key, RecordCodec.encode(version, sub), replacedBy);
    }
  }

  /** Layout of a sorted record: int64 replaced by ‖ int32 size of the key ‖ key ‖ record. */
  private void sortUnlessInLog(ByteString key, byte[] record, long replacedBy) {
    StoredKey stored = RecordCodec.decodeStored(key, record);
    KeyValue version = stored.version();
    if (version.modRevision() <= through && !isInLog(version)) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Long.BYTES + Integer.BYTES + key.size() + record.length);
      bytes.putLong(replacedBy).putInt(key.size());
      key.copyTo(bytes);
      bytes.put(record);
      sort.add(new VersionSort.Entry(version.modRevision(), stored.sub(), bytes.array()));
    }
  }

  private @Nullable StoredVersion nextFromSort() {
    VersionSort.Entry entry = sort.next();
    if (entry == null) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(entry.bytes);
    long replacedBy = in.getLong();
    int keySize = in.getInt();
    int keyStart = in.position();
    ByteString key = UnsafeByteOperations.unsafeWrap(entry.bytes, keyStart, keySize);
    KeyValue version = RecordCodec.decode(key, entry.bytes, keyStart + keySize);
    return new StoredVersion(entry.revision, entry.sub, /* deletion= */ false, version, replacedBy);
  }
}
