package io.metastore.core.raft;

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
  static final int ENTRIES_MAX = 2000;
  static final long BYTES_MAX = 256L << 20;

  /** Sizes of the last entries, at their index modulo the array's length. */
  private final int[] sizes = new int[ENTRIES_MAX];

  private long first = Long.MAX_VALUE;
  private long last = -1;

  /** The result of {@link #droppable} never decreases: Ratis would stop. */
  private long dropped = -1;

  /** The state was opened, or replaced by a checkpoint: the log before it is not needed. */
  void opened(long index) {
    dropped = index;
  }

  /** Records an applied entry; Raft's own entries may be left out. */
  void applied(long index, int bytes) {
    for (long skipped = Math.max(last + 1, index - ENTRIES_MAX); skipped < index; skipped++) {
      sizes[slot(skipped)] = 0;
    }
    sizes[slot(index)] = bytes;
    first = Math.min(first, index);
    last = index;
  }

  /**
   * How far the log may be deleted after a checkpoint.
   *
   * @param checkpoint index of the checkpoint
   * @param neededAfter a follower needs the entries after this index
   * @return the last index to delete
   */
  long droppable(long checkpoint, long neededAfter) {
    long droppable = Math.min(Math.min(checkpoint, neededAfter), beforeTheLast());
    dropped = Math.max(dropped, droppable);
    return dropped;
  }

  /** Index of the last entry before those that are always kept. */
  private long beforeTheLast() {
    long oldest = Math.max(first, last - ENTRIES_MAX + 1);
    long bytes = 0;
    for (long index = last; index >= oldest; index--) {
      bytes += sizes[slot(index)];
      if (bytes > BYTES_MAX) {
        return index;
      }
    }
    return oldest - 1;
  }

  private static int slot(long index) {
    return (int) (index % ENTRIES_MAX);
  }
}
