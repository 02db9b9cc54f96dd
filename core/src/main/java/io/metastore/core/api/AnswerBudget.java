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
import org.jspecify.annotations.Nullable;

/**
 * Limits the memory that the large answers of all calls use together, in bytes.
 *
 * <p>A call that builds a large answer takes bytes from the budget first and returns them when the
 * answer has been sent. Requests for bytes are served in order of arrival. A call that does not get
 * its bytes in time fails with {@link NotServed}. While calls are waiting, each call that holds
 * bytes but whose client has stopped reading is notified through its {@code onStall} callback, and
 * must return its bytes.
 *
 * <p>Thread-safe.
 */
public final class AnswerBudget {
  private final long bytesMax;
  private final long waitNanosMax;
  private final long stallNanosMax;
  private final LongSupplier clockNanos;

  /** Guarded by this, like the fields below. */
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  private final Set<Held> held = new LinkedHashSet<>();
  private long heldBytes;

  /** What was taken by {@link #tryTake}, which {@code heldBytes} does not have. */
  private long heldAtOnceBytes;

  /** Whether {@link #tryTake} had nothing to give since the last tick. */
  private boolean refusedAtOnce;

  private record Waiting(
      long bytes, long sinceNanos, Runnable onStall, CompletableFuture<Held> granted) {}

  /**
   * @param waitMsMax how long a call waits for its bytes
   * @param stallMsMax how long a call may hold bytes without progress ({@link Held#moved}) while
   *     others wait; less than {@code waitMsMax}, so that the waiting calls can still be served
   * @param clockNanos monotonic, such as {@link System#nanoTime}
   */
  public AnswerBudget(long bytesMax, long waitMsMax, long stallMsMax, LongSupplier clockNanos) {
    this.bytesMax = bytesMax;
    this.waitNanosMax = waitMsMax * 1_000_000;
    this.stallNanosMax = stallMsMax * 1_000_000;
    this.clockNanos = clockNanos;
  }

  /** The size of the whole budget. */
  public long bytesMax() {
    return bytesMax;
  }

  /** Bytes taken from the budget; closing returns them. */
  public final class Held implements AutoCloseable {
    private final long bytes;
    private final boolean atOnce;
    private final Runnable onStall;
    private volatile long movedNanos = clockNanos.getAsLong();

    private Held(long bytes, boolean atOnce, Runnable onStall) {
      this.bytes = bytes;
      this.atOnce = atOnce;
      this.onStall = onStall;
    }

    /** Records that the client has read a part of the answer. */
    public void moved() {
      movedNanos = clockNanos.getAsLong();
    }

    /** Returns the bytes; closing again does nothing. */
    @Override
    public void close() {
      release(this);
    }
  }

  /**
   * Takes bytes from the budget; never blocks.
   *
   * @param bytes if more than the whole budget, the whole budget is taken and no other call holds
   *     bytes meanwhile
   * @param onStall called when this call made no progress ({@link Held#moved}) for too long while
   *     others wait; on the thread of {@link #tick}, possibly several times
   * @return completes when the bytes are available, on the thread that returned them; fails with
   *     {@link NotServed} and reason {@code NO_MEMORY}
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

  /**
   * Takes bytes for an answer that is in memory already, and so cannot wait. Half of {@link
   * #bytesMax} is set aside for such answers, in addition to the budget.
   *
   * @param onStall as in {@link #take}
   * @return null if there are not so many bytes left
   */
  public @Nullable Held tryTake(long bytes, Runnable onStall) {
    synchronized (this) {
      if (heldAtOnceBytes > 0 && heldAtOnceBytes + bytes > bytesMax / 2) {
        refusedAtOnce = true;
        return null;
      }
      Held taken = new Held(bytes, /* atOnce= */ true, onStall);
      held.add(taken);
      heldAtOnceBytes += bytes;
      return taken;
    }
  }

  /**
   * Fails calls that have waited too long, and notifies calls that have stalled. To be called
   * regularly.
   */
  public void tick() {
    long now = clockNanos.getAsLong();
    List<Waiting> late = new ArrayList<>();
    List<Held> stalled;
    synchronized (this) {
      while (!waiting.isEmpty() && now - waiting.element().sinceNanos() > waitNanosMax) {
        late.add(waiting.remove());
      }
      stalled =
          waiting.isEmpty() && !refusedAtOnce
              ? List.of()
              : held.stream().filter(h -> now - h.movedNanos > stallNanosMax).toList();
      refusedAtOnce = false;
    }
    NotServed noMemory = new NotServed(NotServed.Reason.NO_MEMORY);
    late.forEach(asked -> asked.granted().completeExceptionally(noMemory));
    stalled.forEach(h -> h.onStall.run());
    grant();
  }

  private void release(Held returned) {
    synchronized (this) {
      if (!held.remove(returned)) {
        return;
      }
      if (returned.atOnce) {
        heldAtOnceBytes -= returned.bytes;
      } else {
        heldBytes -= returned.bytes;
      }
    }
    grant();
  }

  /** Serves waiting calls in order, as far as the free bytes allow. */
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
        taken = new Held(next.bytes(), /* atOnce= */ false, next.onStall());
        held.add(taken);
        heldBytes += next.bytes();
      }
      next.granted().complete(taken);
    }
  }
}
