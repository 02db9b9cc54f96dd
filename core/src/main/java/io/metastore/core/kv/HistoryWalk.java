package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.Pace;
import io.metastore.core.api.StoredVersion;
import io.metastore.core.api.VersionWalk;
import io.metastore.core.kv.UnorderedVersions.Scope;
import io.metastore.core.storage.Reader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * All versions of all keys, in the order in which they were made.
 *
 * <p>The {@link ChangeLog} contains updates and deletions in this order. The others, {@link
 * UnorderedVersions}, are sorted and merged with the change log. Memory is flat; the temporary
 * files are about as large as the sorted versions.
 */
public final class HistoryWalk implements VersionWalk {
  private final long compacted;
  private final Pace pace;
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
   * @param pace of sorting and of the walk
   */
  public HistoryWalk(Reader reader, long compacted, long through, Path scratch, Pace pace) {
    this.compacted = compacted;
    this.pace = pace;
    this.sort = new VersionSort(scratch);
    try {
      new UnorderedVersions(reader, compacted, through, Scope.NOT_IN_LOG).forEach(this::sort);
      this.changes = ChangeLog.walkOnce(reader, Math.max(compacted, 0), through);
    } catch (RuntimeException e) {
      sort.close();
      throw e;
    }
    fromSort = nextFromSort();
    fromLog = changes.nextVersion(compacted);
  }

  @Override
  public @Nullable StoredVersion next() {
    StoredVersion log = fromLog;
    StoredVersion sorted = fromSort;
    if (log != null && (sorted == null || isBefore(log, sorted))) {
      fromLog = changes.nextVersion(compacted);
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
    pace.worked(found.version().key().size() + found.version().value().size());
    return sub == found.sub() ? found : found.withSub(sub);
  }

  @Override
  public void close() {
    changes.close();
    sort.close();
  }

  // --- the sorted versions -----------------------------------------------------------------------

  /** Layout of a sorted record: int64 replaced by ‖ int32 size of the key ‖ key ‖ record. */
  private void sort(StoredVersion found) {
    KeyValue version = found.version();
    ByteString key = version.key();
    int size = Long.BYTES + Integer.BYTES + key.size() + RecordCodec.size(version, found.sub());
    ByteBuffer record = sort.add(found.revision(), found.sub(), size);
    record.putLong(found.replacedBy()).putInt(key.size());
    key.copyTo(record);
    RecordCodec.encode(version, found.sub(), record);
    pace.worked(size);
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
