package io.metastore.core.storage;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Updates the {@link Gaps} of one table with every write.
 *
 * <p>A scan that passes a very large number of deletions reports the gap that it found in its
 * snapshot. The next write adds the gap, unless a key was put into it after that snapshot was
 * taken.
 *
 * <p>Owned by the writing thread, except {@link #learned}.
 */
final class GapTracker {
  /** Limits on the recent puts that are remembered: their number, and the bytes of their keys. */
  private static final int PUTS_MAX = 8192;

  private static final long PUT_BYTES_MAX = 2 << 20;

  private static final int LEARNED_MAX = 64;

  private final Queue<Learned> learned = new ArrayBlockingQueue<>(LEARNED_MAX);
  private final Deque<Put> puts = new ArrayDeque<>();
  private long putBytes;

  /** All puts of later writes than this one are remembered. */
  private long knownAfter;

  private Gaps current = Gaps.NONE;

  /**
   * @param write number of the last write visible to the scan that found the gap
   */
  private record Learned(Gaps.Gap gap, long write) {}

  private static final class Put {
    final byte[] key;
    final long write;

    Put(byte[] key, long write) {
      this.key = key;
      this.write = write;
    }
  }

  /** The gaps after the last write. */
  Gaps current() {
    return current;
  }

  /**
   * Reports a gap that a scan found. Any thread; dropped if too many are queued.
   *
   * @param write number of the last write visible to the scan
   */
  void learned(Gaps.Gap gap, long write) {
    learned.offer(new Learned(gap, write)); // if it is dropped, a later scan finds it again
  }

  /**
   * Records a put.
   *
   * @param write number of the write that contains it
   */
  void put(byte[] key, long write) {
    current = current.afterPut(key);
    puts.add(new Put(key, write));
    putBytes += key.length;
    while (puts.size() > PUTS_MAX || putBytes > PUT_BYTES_MAX) {
      Put oldest = puts.remove();
      putBytes -= oldest.key.length;
      knownAfter = oldest.write;
    }
  }

  /** Records a deletion. */
  void deleted(byte[] key) {
    current = current.afterDelete(key);
  }

  /** Adds the reported gaps. Called after all changes of a write have been recorded. */
  void takeOver() {
    for (Learned found = learned.poll(); found != null; found = learned.poll()) {
      if (found.write >= knownAfter && !isPutInto(found)) {
        current = current.with(found.gap);
      }
    }
  }

  private boolean isPutInto(Learned found) {
    return puts.stream().anyMatch(put -> put.write > found.write && found.gap.contains(put.key));
  }
}
