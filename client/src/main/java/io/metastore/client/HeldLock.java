package io.metastore.client;

import io.metastore.api.v1.Condition;
import io.metastore.api.v1.LockMode;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A lock that was acquired. It is held until it is released or its session is lost (or somebody
 * deletes its place's key by hand, which only {@link #fence} notices).
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

  /** As asked for. */
  public LockMode mode() {
    return mode;
  }

  /** The fencing token: greater than that of everybody who got the lock before. */
  public long token() {
    return token;
  }

  /** Proof for third parties, who check it by {@link Locks#validate}. */
  public String sequencer() {
    return sequencer;
  }

  /** Makes a write or transaction happen only if the lock is still held. */
  public Condition fence() {
    return Conditions.fence(name, token);
  }

  /**
   * Until when the lock is surely held, as a {@link System#nanoTime}; moves on with every renewal
   * of the session. In the past when it was released or lost. For anything outside of Metastore
   * that must not happen after the lock is lost; for what is inside, {@link #fence} is better.
   */
  public synchronized long surelyHeldUntilNanos() {
    long sessionNanos = session.deadlineNanos();
    return release != null && releasedNanos - sessionNanos < 0 ? releasedNanos : sessionNanos;
  }

  /** Whether the lock is surely held at this moment. */
  public boolean isSurelyHeld() {
    return surelyHeldUntilNanos() - calls.timer().nanoTime() > 0;
  }

  /**
   * Gives the lock up. If no server can be reached, goes on trying until the session is lost. The
   * second call answers as the first.
   *
   * @return false if the lock had been lost before; fails if the session is lost first
   */
  public CompletableFuture<Boolean> releaseAsync() {
    synchronized (this) {
      if (release != null) {
        return release.copy();
      }
      releasedNanos = calls.timer().nanoTime();
      // First the claim, then the caller: it may want the lock again at once.
      release =
          new Releasing(calls, session, name, token)
              .start()
              .whenComplete((done, failure) -> session.unclaim(name));
      return release.copy();
    }
  }

  /** Blocking form of {@link #releaseAsync}, waiting for at most the request timeout. */
  @Override
  public void close() {
    Releasing.awaitDone(releaseAsync(), calls.requestTimeout());
  }
}
