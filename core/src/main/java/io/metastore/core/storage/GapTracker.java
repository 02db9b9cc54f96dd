package io.metastore.core.storage;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Keeps the {@link Gaps} of one table true from write to write.
 *
 * <p>Whoever walks over very many deletions reports the gap it found in its snapshot. With the next
 * write the gap is taken over, if nothing was put into it since that snapshot was taken.
 *
 * <p>Owned by the thread that writes, but for {@link #learned}.
 */
final class GapTracker {
  /** What is known of recent puts: at most so many, and so many bytes of keys. */
  private static final int PUTS_MAX = 8192;

  private static final long PUT_BYTES_MAX = 2 << 20;

  private static final int LEARNED_MAX = 64;

  private final Queue<Learned> learned = new ArrayBlockingQueue<>(LEARNED_MAX);
  private final Deque<Put> puts = new ArrayDeque<>();
  private long putBytes;

  /** All puts after this write are known. */
  private long knownAfter;

  private Gaps current = Gaps.NONE;

  /**
   * @param write the number of the last write that the finder saw
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
   * Takes notice of a gap that a reader found. Any thread; what is too much is forgotten.
   *
   * @param write the number of the last write that the reader sees
   */
  void learned(Gaps.Gap gap, long write) {
    learned.offer(new Learned(gap, write)); // if it is dropped, another reader will find it again
  }

  /**
   * Takes notice of an entry of a write.
   *
   * @param write the number of that write
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

  /** Takes notice of a deletion of a write. */
  void deleted(byte[] key) {
    current = current.afterDelete(key);
  }

  /** Takes over what readers have found, after all entries of a write. */
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
