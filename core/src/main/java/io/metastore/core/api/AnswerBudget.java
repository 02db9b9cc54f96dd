package io.metastore.core.api;

import io.metastore.core.api.StoreException.NotServed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * The memory that large answers of all calls may use together, in bytes.
 *
 * <p>Whoever builds a large answer takes its bytes first and gives them back when the answer has
 * left. Bytes are handed out in the order in which they were asked for. A call that does not get
 * its bytes in time fails with {@link NotServed}. While calls wait, a call that holds bytes and
 * whose client takes nothing of its answer is told so, and must give them back.
 *
 * <p>Thread-safe.
 */
public final class AnswerBudget {
  private final long bytesMax;
  private final long waitNanosMax;
  private final long stallNanosMax;
  private final LongSupplier clockNanos;

  /** Guarded by this, as all that follows. */
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  private final Set<Held> held = new LinkedHashSet<>();
  private long heldBytes;

  private record Waiting(
      long bytes, long sinceNanos, Runnable onStall, CompletableFuture<Held> granted) {}

  /**
   * @param waitMsMax how long a call waits for its bytes
   * @param stallMsMax how long bytes may be held without {@link Held#moved} while calls wait; less
   *     than {@code waitMsMax}, for their sake
   * @param clockNanos such as {@link System#nanoTime}
   */
  public AnswerBudget(long bytesMax, long waitMsMax, long stallMsMax, LongSupplier clockNanos) {
    this.bytesMax = bytesMax;
    this.waitNanosMax = waitMsMax * 1_000_000;
    this.stallNanosMax = stallMsMax * 1_000_000;
    this.clockNanos = clockNanos;
  }

  /** All there is. */
  public long bytesMax() {
    return bytesMax;
  }

  /** Bytes that were taken; closing gives them back. */
  public final class Held implements AutoCloseable {
    private final long bytes;
    private final Runnable onStall;
    private volatile long movedNanos = clockNanos.getAsLong();

    private Held(long bytes, Runnable onStall) {
      this.bytes = bytes;
      this.onStall = onStall;
    }

    /** The client took a part of the answer. */
    public void moved() {
      movedNanos = clockNanos.getAsLong();
    }

    /** Gives the bytes back; closing again does nothing. */
    @Override
    public void close() {
      giveBack(this);
    }
  }

  /**
   * Takes bytes; never blocks.
   *
   * @param bytes more than the whole budget counts as the whole: such an answer is alone
   * @param onStall called, on the thread of {@link #tick} and maybe more than once, when nothing
   *     {@linkplain Held#moved moved} for too long and calls wait
   * @return completes when the bytes are there, on the thread that gave them back; fails with
   *     {@link NotServed} for reason {@code TIMEOUT}
   */
  public CompletableFuture<Held> take(long bytes, Runnable onStall) {
    Waiting asked =
        new Waiting(
            Math.min(bytes, bytesMax), clockNanos.getAsLong(), onStall, new CompletableFuture<>());
    synchronized (this) {
      waiting.add(asked);
    }
    grant();
    return asked.granted();
  }

  /** Fails the calls that have waited too long and tells those that are stalled; call it often. */
  public void tick() {
    long now = clockNanos.getAsLong();
    List<Waiting> late = new ArrayList<>();
    List<Held> stalled;
    synchronized (this) {
      while (!waiting.isEmpty() && now - waiting.element().sinceNanos() > waitNanosMax) {
        late.add(waiting.remove());
      }
      stalled =
          waiting.isEmpty()
              ? List.of()
              : held.stream().filter(h -> now - h.movedNanos > stallNanosMax).toList();
    }
    NotServed timeout = new NotServed(NotServed.Reason.TIMEOUT);
    late.forEach(asked -> asked.granted().completeExceptionally(timeout));
    stalled.forEach(h -> h.onStall.run());
    grant();
  }

  private void giveBack(Held back) {
    synchronized (this) {
      if (!held.remove(back)) {
        return;
      }
      heldBytes -= back.bytes;
    }
    grant();
  }

  /** Hands out what there is, in order. */
  private void grant() {
    while (true) {
      Waiting next;
      Held taken;
      synchronized (this) {
        next = waiting.peek();
        if (next == null || heldBytes + next.bytes() > bytesMax) {
          return;
        }
        waiting.remove();
        taken = new Held(next.bytes(), next.onStall());
        held.add(taken);
        heldBytes += next.bytes();
      }
      next.granted().complete(taken);
    }
  }
}
