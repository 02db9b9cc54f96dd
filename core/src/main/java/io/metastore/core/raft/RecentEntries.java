package io.metastore.core.raft;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keeps only the last applied entries of the log in memory. Ratis keeps those of whole segments, so
 * up to two of 4 MiB, as objects that live long enough to be moved to the old generation of the
 * heap: a full garbage collection, which stops the process for 50 to 65 ms, was needed every 15 s
 * at 2,000 puts per second.
 *
 * <p>Owned by the apply thread.
 */
final class RecentEntries {
  /** Followers that lag a little are sent entries from memory. */
  private static final int BYTES_MAX = 512 << 10;

  private final Deque<Entry> entries = new ArrayDeque<>();
  private long bytes;

  private record Entry(long term, long index, int bytes) {}

  /** Drops an entry from memory. */
  interface Memory {
    void drop(long term, long index);
  }

  /**
   * Records an applied entry.
   *
   * @param receivedByAll all followers of this leader have the entries up to this index. Later ones
   *     are not dropped here; Ratis drops them with their whole segment
   */
  void applied(long term, long index, int entryBytes, long receivedByAll, Memory memory) {
    entries.add(new Entry(term, index, entryBytes));
    bytes += entryBytes;
    while (bytes > BYTES_MAX) {
      Entry oldest = entries.remove();
      bytes -= oldest.bytes();
      if (oldest.index() <= receivedByAll) {
        memory.drop(oldest.term(), oldest.index());
      }
    }
  }
}
