package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Snapshot;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes, a slice at a time, the versions that a compaction made unreachable.
 *
 * <p>Of each key the newest version at or below the compacted revision stays if it is a value, or
 * if it is a deletion at exactly that revision. Every removable version was replaced by a change,
 * so walking the change log finds them all; the log itself is cut behind the walk and thereby
 * remembers, over restarts, how far it came.
 *
 * <p>Safe beside the apply thread: what is unreachable stays so, and only entries seen in the
 * snapshot are deleted. For use by one thread.
 */
public final class CompactionStep {
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
    List<ChangeLog.Change> changes = ChangeLog.read(reader, 0, compacted, changesMax);
    List<byte[]> unreachable = new ArrayList<>();
    for (ChangeLog.Change change : changes) {
      addUnreachable(reader, change.key(), compacted, unreachable);
    }
    if (!unreachable.isEmpty()) {
      storage.discard(Table.HISTORY, unreachable);
    }
    long walked = changes.isEmpty() ? compacted : changes.get(changes.size() - 1).revision();
    boolean done = walked >= compacted;
    // The change at the compacted revision itself stays: its tombstone is found through it next
    // time.
    ChangeLog.discardBefore(storage, done ? compacted : walked + 1);
    return done;
  }

  private static void addUnreachable(
      Reader reader, ByteString key, long compacted, List<byte[]> unreachable) {
    KeyValue latest = KvTable.find(reader, key);
    boolean newestSeen = latest != null && latest.modRevision() <= compacted;
    byte[] prefix = new KeyWriter().escaped(key).toBytes();
    try (Cursor history = reader.scan(Table.HISTORY, prefix, Bytes.afterPrefix(prefix))) {
      for (boolean found = history.seek(KvTable.historyKey(key, compacted));
          found;
          found = history.next()) {
        byte[] entry = history.key();
        boolean stays =
            !newestSeen
                && (!KvTable.isTombstone(history.value())
                    || KvTable.historyRevision(entry) == compacted);
        newestSeen = true;
        if (!stays) {
          unreachable.add(entry);
        }
      }
    }
  }
}
