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

/**
 * Removes, a slice at a time, the versions that a compaction made unreachable.
 *
 * <p>Of each key the newest version at or below the compacted revision stays if it is a value, or
 * if it is a deletion at exactly that revision. Every other version was replaced by a change at or
 * below the compacted revision, and that change names it: so the work is to walk the change log and
 * to delete, without searching the history. The log is cut behind the walk and thereby remembers,
 * over restarts, how far it came. A version that stays and that only the log carries is written to
 * the history first.
 *
 * <p>Safe beside the apply thread: what is unreachable stays so, only entries of the history that
 * were there before are touched, and what is replaced from now on goes there whole if it is not
 * newer than the compacted revision. For use by one thread.
 */
public final class CompactionStep {
  private static final long BYTES_MAX = 4L << 20;

  /** Few enough that a write of the apply thread does not wait noticeably behind them. */
  private static final int CHANGES_PER_WRITE = 500;

  private final Storage storage;

  public CompactionStep(Storage storage) {
    this.storage = storage;
  }

  /**
   * Does one slice of the work. The tables must stay open meanwhile.
   *
   * @param compacted a compacted revision that was applied and published
   * @param changesMax about how many changes to walk
   * @return whether nothing is left to do
   */
  public boolean run(long compacted, int changesMax) {
    ChangeLog.Piece piece;
    try (Snapshot snapshot = storage.snapshot()) {
      piece = ChangeLog.read(snapshot, 0, compacted, changesMax, BYTES_MAX);
      List<ChangeLog.Change> changes = piece.changes();
      for (int from = 0; from < changes.size(); from += CHANGES_PER_WRITE) {
        int to = Math.min(changes.size(), from + CHANGES_PER_WRITE);
        edit(snapshot, changes.subList(from, to), compacted);
      }
    }
    // Only now: what the log alone carried is in the history.
    boolean done = piece.through() >= compacted;
    // The changes at the compacted revision itself stay: watchers may start there.
    ChangeLog.discardBefore(storage, done ? compacted : piece.through() + 1);
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
      byte[] value = mayBeInHistory(change) ? reader.find(Table.HISTORY, entry) : null;
      if (value == null) {
        continue;
      }
      // Not if the same revision created the key again: then the entry is that version's.
      if (KvTable.isTombstone(value) && change.revision() < compacted) {
        unreachable.add(entry);
      }
      KeyValue version = change.version();
      if (version != null && KvTable.isPointer(value)) {
        KvTable.Pointer pointer = KvTable.Pointer.decode(value);
        if (pointer.sub() == change.sub() && pointer.replacedBy() > compacted) {
          whole.put(entry, RecordCodec.encode(version, /* sub= */ 0));
        }
      }
    }
    storage.edit(Table.HISTORY, whole, unreachable);
  }

  /** A version that the log does not carry is written to the history whole, when it is replaced. */
  private static boolean mayBeInHistory(ChangeLog.Change change) {
    return change.kind() == WatchEvent.Kind.DELETE || change.version() != null;
  }
}
