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
 * Owner of ephemeral keys and locks, kept alive by the library until it is closed.
 *
 * <p>Its deadline is the servers' promise, counted from the moment the last answered renewal was
 * sent: until then it lives, whatever happens. A session whose deadline passes is given up, even if
 * the servers might still know it, so that two programs never both believe to hold a lock. (A clock
 * that stands still while the machine sleeps, as Linux's does, is beyond its promise: there only
 * {@linkplain HeldLock#fence fences} help.)
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

  // The rest is guarded by this.
  private final Map<String, Runnable> claimedLocks = new HashMap<>();
  private long deadlineNanos;
  private boolean over;
  private SessionState told = SessionState.SAFE;
  private CompletableFuture<Void> telling = CompletableFuture.completedFuture(null);
  private Runnable cancelLook = () -> {};
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
    look();
    renewal.start(deadlineNanos());
  }

  /** Given by the cluster: positive, and greater than that of every session begun before. */
  public long id() {
    return id;
  }

  /** How long the session outlives its last renewal. */
  public Duration ttl() {
    return Duration.ofNanos(ttlNanos);
  }

  /** The state at this moment; not behind even if this process was stopped for a while. */
  public synchronized SessionState state() {
    long leftNanos = deadlineNanos - calls.timer().nanoTime();
    if (over || leftNanos <= 0) {
      return SessionState.LOST;
    }
    return leftNanos <= ttlNanos / 3 ? SessionState.JEOPARDY : SessionState.SAFE;
  }

  /**
   * Until when the session surely lives, if nobody closes it: a {@link System#nanoTime}. In the
   * past if it is lost.
   */
  public synchronized long deadlineNanos() {
    return deadlineNanos;
  }

  /**
   * Hears of every change from now on. Not told of a loss that was before, or by {@link #close}.
   */
  public void addListener(SessionListener listener) {
    listeners.add(listener);
  }

  /** The exclusive side of a lock. */
  public Lock lock(String name) {
    return new Lock(calls, this, name, LockMode.EXCLUSIVE, Duration.ZERO);
  }

  /** The shared side of a lock. */
  public Lock sharedLock(String name) {
    return new Lock(calls, this, name, LockMode.SHARED, Duration.ZERO);
  }

  /** Ends the session and all that it owns. Done too if it had ended already. */
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
   * Blocking form of {@link #closeAsync}. If the servers cannot be told, the session ends by itself
   * after its TTL, and this returns.
   */
  @Override
  public void close() {
    try {
      Blocking.await(closeAsync());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (MetastoreException e) {
      // Ends by itself: nobody renews it any more.
      return;
    }
  }

  /** Reserves a lock's one place for one caller; false if another has it. */
  synchronized boolean claim(String lock) {
    return claimedLocks.putIfAbsent(lock, () -> {}) == null;
  }

  /** What to do, for a claimed lock, if the session is lost; at once if it is. */
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
    look();
  }

  /** Compares the state with what was told last, and comes back when it may change by itself. */
  private void look() {
    boolean expired = false;
    synchronized (this) {
      cancelLook.run();
      if (over) {
        return;
      }
      SessionState state = state();
      if (state == SessionState.LOST) {
        expired = true;
      } else {
        tell(state);
        long leftNanos = deadlineNanos - calls.timer().nanoTime();
        long untilChange = state == SessionState.SAFE ? leftNanos - ttlNanos / 3 : leftNanos;
        cancelLook = calls.timer().schedule(Math.max(untilChange, 1), this::look);
      }
    }
    if (expired) {
      // Not closed on the servers: that it expires there is what makes a lock-delay begin.
      lose(true);
    }
  }

  private void lose(boolean tell) {
    List<Runnable> waiting;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      cancelLook.run();
      long now = calls.timer().nanoTime();
      if (deadlineNanos - now > 0) {
        deadlineNanos = now;
      }
      if (tell) {
        tell(SessionState.LOST);
      }
      waiting = List.copyOf(claimedLocks.values());
    }
    renewal.stop();
    forget.accept(this);
    waiting.forEach(Runnable::run);
  }

  // In the order of the changes, since the caller has the monitor; run elsewhere.
  private void tell(SessionState state) {
    if (state == told) {
      return;
    }
    told = state;
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
