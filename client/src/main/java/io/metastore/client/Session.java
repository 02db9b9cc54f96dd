package io.metastore.client;

import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.CloseClientRequest;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.LockMode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Owns ephemeral keys and locks. The library keeps a session alive until it is closed.
 *
 * <p>The servers guarantee that a session lives until its deadline, which counts from the moment
 * when the last answered renewal was sent. After the deadline the library considers the session
 * lost, even if the servers may still know it, so that two programs never believe to hold the same
 * lock. (On Linux the clock stops while the machine is suspended, and the deadline is then too
 * late. Only {@linkplain HeldLock#fence fences} protect against this.)
 *
 * <pre>{@code
 * try (Session session = client.newSession(Duration.ofSeconds(10), "host-7:4711:worker")) {
 *   session.addListener(state -> System.out.println("session is " + state));
 *   client.keyValue().putEphemeral(session, "/workers/host-7", "ready");
 *   try (HeldLock leader = session.lock("/leader").acquire()) {
 *     client.keyValue().put("/app/leader", "host-7", leader.fence());
 *   }
 * }
 * }</pre>
 */
public final class Session implements AutoCloseable {
  private final Calls calls;
  private final long id;
  private final long ttlNanos;
  private final Consumer<Session> forget;
  private final Renewal renewal;
  private final List<SessionListener> listeners = new CopyOnWriteArrayList<>();

  // The fields below are guarded by this.
  private final Map<String, Runnable> claimedLocks = new HashMap<>();
  private long deadlineNanos;
  private boolean over;
  private SessionState notified = SessionState.SAFE;
  private CompletableFuture<Void> telling = CompletableFuture.completedFuture(null);
  private Runnable cancelCheck = () -> {};
  private @Nullable CompletableFuture<Void> closing;

  Session(Calls calls, long id, long ttlMs, long sentNanos, Consumer<Session> forget) {
    this.calls = calls;
    this.id = id;
    this.ttlNanos = Renewal.boundedNanos(ttlMs);
    this.forget = forget;
    this.deadlineNanos = sentNanos + ttlNanos;
    this.renewal = new Renewal(calls, id, ttlNanos, this::renewed, () -> lose(true));
  }

  void start() {
    checkState();
    renewal.start(deadlineNanos());
  }

  /**
   * The session's ID, assigned by the cluster: positive, and larger than the ID of every earlier
   * session.
   */
  public long id() {
    return id;
  }

  /** How long the session outlives its last renewal. */
  public Duration ttl() {
    return Duration.ofNanos(ttlNanos);
  }

  /** The current state. It is up to date even if this process was paused for a while. */
  public synchronized SessionState state() {
    long leftNanos = deadlineNanos - calls.timer().nanoTime();
    if (over || leftNanos <= 0) {
      return SessionState.LOST;
    }
    return leftNanos <= ttlNanos / 3 ? SessionState.JEOPARDY : SessionState.SAFE;
  }

  /**
   * The {@link System#nanoTime} until which the session is guaranteed to live if nobody closes it.
   * It is in the past if the session is lost.
   */
  public synchronized long deadlineNanos() {
    return deadlineNanos;
  }

  /**
   * Adds a listener for all changes from now on. It is not told about an earlier loss, nor about
   * {@link #close}.
   */
  public void addListener(SessionListener listener) {
    listeners.add(listener);
  }

  /** The lock with this path, in exclusive mode. */
  public Lock lock(String name) {
    return new Lock(calls, this, name, LockMode.EXCLUSIVE, Duration.ZERO);
  }

  /** The lock with this path, in shared mode. */
  public Lock sharedLock(String name) {
    return new Lock(calls, this, name, LockMode.SHARED, Duration.ZERO);
  }

  /**
   * Ends the session and releases everything that it owns. Completes normally if the session had
   * already ended.
   */
  public CompletableFuture<Void> closeAsync() {
    synchronized (this) {
      if (closing != null) {
        return closing.copy();
      }
    }
    lose(false);
    CloseClientRequest request = CloseClientRequest.newBuilder().setClientId(id).build();
    CompletableFuture<Void> closed =
        calls
            .unary(ClientsGrpc.getCloseClientMethod(), request, Repeat.HARMLESS)
            .handle(
                (answer, failure) -> {
                  if (failure instanceof MetastoreException e && !isGone(e)) {
                    throw e;
                  }
                  return null;
                });
    synchronized (this) {
      closing = closed;
    }
    return closed.copy();
  }

  /**
   * Blocking form of {@link #closeAsync}. Returns also if no server can be reached; the session
   * then expires after its TTL.
   */
  @Override
  public void close() {
    try {
      Blocking.await(closeAsync());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (MetastoreException e) {
      // The session expires by itself, because it is no longer renewed.
      return;
    }
  }

  /** Reserves a lock for one caller of this session; false if it is already reserved. */
  synchronized boolean claim(String lock) {
    return claimedLocks.putIfAbsent(lock, () -> {}) == null;
  }

  /**
   * Sets the action to run for a claimed lock if the session is lost. Runs it at once if it is
   * already lost.
   */
  void ifLost(String lock, Runnable action) {
    synchronized (this) {
      if (!over) {
        claimedLocks.replace(lock, action);
        return;
      }
    }
    action.run();
  }

  synchronized void unclaim(String lock) {
    claimedLocks.remove(lock);
  }

  private void renewed(long untilNanos) {
    synchronized (this) {
      if (over || untilNanos - deadlineNanos <= 0) {
        return;
      }
      deadlineNanos = untilNanos;
    }
    checkState();
  }

  /**
   * Notifies listeners if the state has changed, and schedules the next check for when it can
   * change by itself.
   */
  private void checkState() {
    boolean expired = false;
    synchronized (this) {
      cancelCheck.run();
      if (over) {
        return;
      }
      SessionState state = state();
      if (state == SessionState.LOST) {
        expired = true;
      } else {
        notifyListeners(state);
        long leftNanos = deadlineNanos - calls.timer().nanoTime();
        long untilChange = state == SessionState.SAFE ? leftNanos - ttlNanos / 3 : leftNanos;
        cancelCheck = calls.timer().schedule(Math.max(untilChange, 1), this::checkState);
      }
    }
    if (expired) {
      // The session is not closed on the servers, because only its expiry there starts a
      // lock-delay.
      lose(true);
    }
  }

  private void lose(boolean notify) {
    List<Runnable> waiting;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      cancelCheck.run();
      long now = calls.timer().nanoTime();
      if (deadlineNanos - now > 0) {
        deadlineNanos = now;
      }
      if (notify) {
        notifyListeners(SessionState.LOST);
      }
      waiting = List.copyOf(claimedLocks.values());
    }
    renewal.stop();
    forget.accept(this);
    waiting.forEach(Runnable::run);
  }

  // Called with the lock held, so that the notifications are queued in the order of the changes;
  // they run on another thread.
  private void notifyListeners(SessionState state) {
    if (state == notified) {
      return;
    }
    notified = state;
    for (SessionListener listener : listeners) {
      telling =
          telling.handleAsync(
              (done, failure) -> {
                listener.changed(state);
                return null;
              },
              calls.callbacks());
    }
  }

  private static boolean isGone(MetastoreException failure) {
    return failure.reason() == Reason.UNKNOWN_CLIENT || failure.reason() == Reason.CLIENT_CLOSED;
  }
}
