package io.metastore.core.kv;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
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
 * if it is a deletion at exactly that revision. Every removable version was replaced by a change,
 * which removes it, so walking the change log finds them all; the log itself is cut behind the walk
 * and thereby remembers, over restarts, how far it came. A version that stays and that only the log
 * carries is written to the history first.
 *
 * <p>Safe beside the apply thread: what is unreachable stays so, only entries of the history seen
 * in the snapshot are touched, and what is replaced from now on goes there whole if it is not newer
 * than the compacted revision. For use by one thread.
 */
public final class CompactionStep {
  private static final long BYTES_MAX = 4L << 20;

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
    // A snapshot of our own: the published view does not show what the slice before this one
    // removed, as long as no entry is applied.
    try (Snapshot snapshot = storage.snapshot()) {
      return run(snapshot, compacted, changesMax);
    }
  }

  private boolean run(Reader reader, long compacted, int changesMax) {
    ChangeLog.Piece piece = ChangeLog.read(reader, 0, compacted, changesMax, BYTES_MAX);
    HistoryEdit edit = new HistoryEdit();
    try (Cursor history = reader.scan(Table.HISTORY, Bytes.EMPTY, null)) {
      for (ChangeLog.Change change : piece.changes()) {
        addTo(edit, reader, history, change, compacted);
      }
    }
    // First of all: the log is cut below.
    storage.edit(Table.HISTORY, edit.whole, edit.unreachable);
    boolean done = piece.through() >= compacted;
    // The change at the compacted revision itself stays: its tombstone is found through it next
    // time.
    ChangeLog.discardBefore(storage, done ? compacted : piece.through() + 1);
    return done;
  }

  /** What to delete, and what to write out before the log is cut. */
  private static final class HistoryEdit {
    final List<byte[]> unreachable = new ArrayList<>();
    final Map<byte[], byte[]> whole = new TreeMap<>(Arrays::compareUnsigned);
  }

  private static void addTo(
      HistoryEdit edit, Reader reader, Cursor history, ChangeLog.Change change, long compacted) {
    ByteString key = change.key();
    long revision = change.revision();
    if (!seek(history, key, compacted)) {
      return;
    }
    boolean newestReplaced = KvTable.historyRevision(history.key()) == revision;
    if (!newestReplaced && !seek(history, key, revision)) {
      return;
    }
    byte[] entry = history.key();
    if (KvTable.historyRevision(entry) == revision) {
      byte[] value = history.value();
      boolean stays =
          KvTable.isTombstone(value)
              ? revision == compacted
              : newestReplaced && !isLatestSeen(reader, key, compacted);
      if (!stays) {
        edit.unreachable.add(entry);
      } else if (KvTable.isPointer(value)) {
        KeyValue version = requireNonNull(KvTable.findVersion(reader, key, entry, value));
        edit.whole.put(entry, RecordCodec.encode(version));
      }
      if (!history.next() || !isOf(key, history)) {
        return;
      }
    }
    // What this change replaced, and an earlier compaction had to leave.
    edit.unreachable.add(history.key());
  }

  private static boolean isLatestSeen(Reader reader, ByteString key, long compacted) {
    KeyValue latest = KvTable.find(reader, key);
    return latest != null && latest.modRevision() <= compacted;
  }

  /** Moves to the newest entry of {@code key} that is not newer than {@code revision}. */
  private static boolean seek(Cursor history, ByteString key, long revision) {
    return history.seek(KvTable.historyKey(key, revision)) && isOf(key, history);
  }

  private static boolean isOf(ByteString key, Cursor history) {
    return KvTable.historyUserKey(history.key()).equals(key);
  }
}
