package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Snapshot;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Removes, in slices, the versions that a compaction made unreachable.
 *
 * <p>For each key, the newest version at or below the compacted revision stays if it is a value, or
 * if it is a deletion at exactly that revision. Every other version was replaced by a change at or
 * below the compacted revision, and that change contains the version's revision. So a slice reads
 * the change log and deletes what it names, without searching the history. The log is truncated
 * behind it, which also records the progress over restarts. A version that stays but is stored only
 * in the log is first written to the history.
 *
 * <p>Runs concurrently with the apply thread. This is safe: what is unreachable stays unreachable,
 * only existing entries of the history are changed, and the apply thread writes versions not newer
 * than the compacted revision to the history as a whole. For use by one thread.
 */
public final class CompactionStep {
  private static final long BYTES_MAX = 4L << 20;

  /** Small enough that a write of the apply thread is not noticeably delayed. */
  private static final int CHANGES_PER_WRITE = 500;

  private final Storage storage;
  private final LongAdder removed;

  /**
   * @param removed counts the removed versions
   */
  public CompactionStep(Storage storage, LongAdder removed) {
    this.storage = storage;
    this.removed = removed;
  }

  /**
   * Processes one slice. The tables must stay open meanwhile.
   *
   * @param compacted a compacted revision that was applied and published
   * @param changesMax about how many changes to process
   * @return whether nothing is left to do
   */
  public boolean run(long compacted, int changesMax) {
    long through;
    try (Snapshot snapshot = storage.snapshot();
        ChangeLog.Walk walk = ChangeLog.walk(snapshot, 0, compacted, changesMax, BYTES_MAX)) {
      List<ChangeLog.Change> changes = new ArrayList<>();
      for (ChangeLog.Change next = walk.next(); next != null; next = walk.next()) {
        changes.add(next);
        if (changes.size() == CHANGES_PER_WRITE) {
          edit(snapshot, changes, compacted);
          changes.clear();
        }
      }
      edit(snapshot, changes, compacted);
      through = walk.through();
    }
    // Only after the versions stored in the log alone have been written to the history.
    boolean done = through >= compacted;
    // The changes at the compacted revision itself stay, because watchers may start there.
    ChangeLog.discardBefore(storage, done ? compacted : through + 1);
    return done;
  }

  private void edit(Reader reader, List<ChangeLog.Change> changes, long compacted) {
    List<byte[]> unreachable = new ArrayList<>();
    Map<byte[], byte[]> whole = new TreeMap<>(Arrays::compareUnsigned);
    for (ChangeLog.Change change : changes) {
      ByteString key = change.key();
      if (change.replaced() != 0) {
        unreachable.add(KvTable.historyKey(key, change.replaced()));
      }
      byte[] entry = KvTable.historyKey(key, change.revision());
      byte[] value = mayNeedWork(change) ? reader.find(Table.HISTORY, entry) : null;
      if (value == null) {
        continue;
      }
      // Unless the same revision created the key again: the entry then belongs to that version.
      if (KvTable.isTombstone(value) && change.revision() < compacted) {
        unreachable.add(entry);
      }
      KeyValue version = change.version();
      if (version != null && KvTable.isPointer(value)) {
        KvTable.Pointer pointer = KvTable.Pointer.decode(value);
        if (pointer.sub() == change.sub() && pointer.replacedBy() > compacted) {
          whole.put(entry, RecordCodec.encode(version, change.sub()));
        }
      }
    }
    storage.edit(Table.HISTORY, whole, unreachable);
    removed.add(unreachable.size());
  }

  /**
   * Whether the history may have an entry of this change that needs work: a tombstone to remove or
   * a pointer to resolve. A version that the log does not store needs none, because it is written
   * to the history as a whole when it is replaced.
   */
  private static boolean mayNeedWork(ChangeLog.Change change) {
    return change.kind() == WatchEvent.Kind.DELETE || change.version() != null;
  }
}
