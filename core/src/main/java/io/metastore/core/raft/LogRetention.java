package io.metastore.core.raft;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How much of the Raft log to keep before a checkpoint: the last entries, up to a number and a
 * size. A member that was away for a short time then receives entries instead of a whole
 * checkpoint. The size matters because a start reads everything that is kept, and Ratis' own limit
 * only counts entries. More is kept if a follower is known to need it, such as one that is being
 * sent a checkpoint.
 *
 * <p>Owned by the apply thread.
 */
final class LogRetention {
  static final long BYTES_MAX = 256L << 20;

  private static final long NONE = -1;

  private final int entriesMax;

  /** The sizes of the entries to keep, without a gap up to the last one that was applied. */
  private final Deque<Integer> sizes = new ArrayDeque<>();

  /** Sum of the sizes. */
  private long bytes;

  private long last = NONE;

  /** The result of {@link #droppable} never decreases: Ratis would stop. */
  private long dropped = NONE;

  /**
   * @param entriesMax maximum number of entries to keep
   */
  LogRetention(int entriesMax) {
    this.entriesMax = entriesMax;
  }

  /** The state was opened, or replaced by a checkpoint: the log before it is not needed. */
  void opened(long index) {
    dropped = index;
  }

  /** Records an applied entry; Raft's own entries may be left out. */
  void applied(long index, int entryBytes) {
    if (last == NONE || index - last > entriesMax) {
      sizes.clear();
      bytes = 0;
    } else {
      for (long leftOut = last + 1; leftOut < index; leftOut++) {
        sizes.add(0);
      }
    }
    sizes.add(entryBytes);
    bytes += entryBytes;
    last = index;
    while (sizes.size() > entriesMax || bytes > BYTES_MAX) {
      bytes -= sizes.remove();
    }
  }

  /**
   * How far the log may be deleted after a checkpoint.
   *
   * @param checkpoint index of the checkpoint
   * @param neededAfter a follower needs the entries after this index
   * @return the last index to delete
   */
  long droppable(long checkpoint, long neededAfter) {
    long beforeTheLast = last == NONE ? Long.MAX_VALUE : last - sizes.size();
    dropped = Math.max(dropped, Math.min(Math.min(checkpoint, neededAfter), beforeTheLast));
    return dropped;
  }
}
