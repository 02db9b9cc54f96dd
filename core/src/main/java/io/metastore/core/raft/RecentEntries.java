package io.metastore.core.raft;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * Keeps only the last applied entries of the log in memory. Ratis keeps those of whole segments,
 * which live so long that the garbage collector moves them to the old generation (ADR 56).
 *
 * <p>Owned by the apply thread.
 */
final class RecentEntries {
  /** Followers that lag a little are sent entries from memory. */
  private static final int BYTES_MAX = 512 << 10;

  private final Memory memory;
  private final LongSupplier receivedByAll;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private long bytes;

  private record Entry(long term, long index, int bytes) {}

  /** Drops an entry from memory. */
  interface Memory {
    void drop(long term, long index);
  }

  /**
   * @param receivedByAll all followers of this leader have the entries up to this index. Later ones
   *     are not dropped here; Ratis drops them with their whole segment
   */
  RecentEntries(Memory memory, LongSupplier receivedByAll) {
    this.memory = memory;
    this.receivedByAll = receivedByAll;
  }

  /** Records an applied entry. */
  void applied(long term, long index, int entryBytes) {
    entries.add(new Entry(term, index, entryBytes));
    bytes += entryBytes;
    while (bytes > BYTES_MAX) {
      Entry oldest = entries.remove();
      bytes -= oldest.bytes();
      if (oldest.index() <= receivedByAll.getAsLong()) {
        memory.drop(oldest.term(), oldest.index());
      }
    }
  }
}
