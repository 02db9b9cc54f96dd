package io.metastore.core.raft;

/**
 * How much of the Raft log to keep behind a checkpoint, so that a member that was away for a moment
 * is sent entries and not everything: the last ones, up to a number and a size. The size matters
 * because a start reads all that is kept, and Ratis' own limit knows only the number.
 *
 * <p>Owned by the apply thread.
 */
final class LogRetention {
  static final int ENTRIES_MAX = 2000;
  static final long BYTES_MAX = 256L << 20;

  /** Of the last entries, at their index modulo the length. */
  private final int[] sizes = new int[ENTRIES_MAX];

  private long first = Long.MAX_VALUE;
  private long last = -1;

  /** An entry was applied; entries of Raft's own may be left out. */
  void applied(long index, int bytes) {
    for (long skipped = Math.max(last + 1, index - ENTRIES_MAX); skipped < index; skipped++) {
      sizes[slot(skipped)] = 0;
    }
    sizes[slot(index)] = bytes;
    first = Math.min(first, index);
    last = index;
  }

  /**
   * What may be dropped once a checkpoint is made.
   *
   * @param checkpoint index of the checkpoint
   * @return the last index to drop
   */
  long droppable(long checkpoint) {
    long oldest = Math.max(first, last - ENTRIES_MAX + 1);
    long bytes = 0;
    for (long index = last; index >= oldest; index--) {
      bytes += sizes[slot(index)];
      if (bytes > BYTES_MAX) {
        return Math.min(checkpoint, index);
      }
    }
    return Math.min(checkpoint, oldest - 1);
  }

  private static int slot(long index) {
    return (int) (index % ENTRIES_MAX);
  }
}
