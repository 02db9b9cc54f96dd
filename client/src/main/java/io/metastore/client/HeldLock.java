package io.metastore.client;

import io.metastore.api.v1.Condition;
import io.metastore.api.v1.LockMode;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A lock that was acquired. It is held until it is released or its session is lost. (If somebody
 * deletes the lock's key by hand, only {@link #fence} detects the loss.)
 */
public final class HeldLock implements AutoCloseable {
  private final Calls calls;
  private final Session session;
  private final String name;
  private final LockMode mode;
  private final long token;
  private final String sequencer;

  // Guarded by this.
  private @Nullable CompletableFuture<Boolean> release;
  private long releasedNanos;

  HeldLock(Calls calls, Session session, String name, LockMode mode, long token, String sequencer) {
    this.calls = calls;
    this.session = session;
    this.name = name;
    this.mode = mode;
    this.token = token;
    this.sequencer = sequencer;
  }

  /** The lock's path. */
  public String name() {
    return name;
  }

  /** The mode in which the lock was acquired. */
  public LockMode mode() {
    return mode;
  }

  /** The fencing token, which is larger than that of every earlier holder. */
  public long token() {
    return token;
  }

  /** Proves to third parties that the lock is held; they check it with {@link Locks#validate}. */
  public String sequencer() {
    return sequencer;
  }

  /** A condition that makes a write or transaction succeed only while the lock is held. */
  public Condition fence() {
    return Conditions.fence(name, token);
  }

  /**
   * The {@link System#nanoTime} until which the lock is guaranteed to be held. Every renewal of the
   * session extends it. It is in the past once the lock was released or lost. Use it to guard
   * actions outside Metastore; for writes to Metastore, {@link #fence} is safer.
   */
  public synchronized long surelyHeldUntilNanos() {
    long sessionNanos = session.deadlineNanos();
    return release != null && releasedNanos - sessionNanos < 0 ? releasedNanos : sessionNanos;
  }

  /** Whether the lock is guaranteed to be held now. */
  public boolean isSurelyHeld() {
    return surelyHeldUntilNanos() - calls.timer().nanoTime() > 0;
  }

  /**
   * Releases the lock. If no server can be reached, keeps trying until the session is lost. Calling
   * it again returns the same result.
   *
   * @return false if the lock had already been lost; fails if the session is lost before the
   *     release succeeds
   */
  public CompletableFuture<Boolean> releaseAsync() {
    synchronized (this) {
      if (release != null) {
        return release.copy();
      }
      releasedNanos = calls.timer().nanoTime();
      // The claim is dropped before the caller's future completes, because the caller may acquire
      // the lock again at once.
      release =
          new Releasing(calls, session, name, token)
              .start()
              .whenComplete((done, failure) -> session.unclaim(name));
      return release.copy();
    }
  }

  /** Blocking form of {@link #releaseAsync}. Waits for at most the request timeout. */
  @Override
  public void close() {
    Releasing.awaitDone(releaseAsync(), calls.requestTimeout());
  }
}
