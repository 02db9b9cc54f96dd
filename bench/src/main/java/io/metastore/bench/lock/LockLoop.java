package io.metastore.bench.lock;

import io.metastore.bench.load.Tally;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Contenders that acquire and release locks until they are stopped. Used by one thread. */
final class LockLoop {
  private static final long STOP_TIMEOUT_SECONDS = 60;

  private final LockWork work;
  private final Tally grants;
  private final Tally releases;
  private final Map<String, Possession> possessions = new HashMap<>();
  private final List<Client> clients;
  private final CountDownLatch idle;
  private final CompletableFuture<Void> broken = new CompletableFuture<>();
  private volatile boolean stopping;

  /** Prepares a loop; the tallies receive the times that {@link LockResult} describes. */
  LockLoop(LockWork work, LockClients services, Tally grants, Tally releases)
      throws InterruptedException {
    this.work = work;
    this.grants = grants;
    this.releases = releases;
    this.idle = new CountDownLatch(work.clients());
    Client[] made = new Client[work.clients()];
    for (int i = 0; i < made.length; i++) {
      String lock = work.lock(i);
      made[i] =
          new Client(
              services.contender(i, lock),
              possessions.computeIfAbsent(lock, name -> new Possession()));
    }
    clients = List.of(made);
  }

  void begin() {
    clients.forEach(Client::begin);
  }

  /**
   * Lets the contenders work for this time.
   *
   * @throws IllegalStateException if a call fails
   */
  void run(Duration time) throws InterruptedException {
    try {
      broken.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a call failed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      // No call failed within the time.
      return;
    }
  }

  /** How often each contender got its lock. */
  long[] served() {
    return clients.stream().mapToLong(client -> client.served).toArray();
  }

  /**
   * Stops when every contender has released its lock.
   *
   * @throws IllegalStateException if a contender still waits after a minute
   */
  void end() throws InterruptedException {
    stopping = true;
    if (!idle.await(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(idle.getCount() + " contenders did not get the lock in time");
    }
  }

  /** A contender has one call at a time, so its state needs no lock. */
  private final class Client {
    private final Contender contender;
    private final Possession possession;
    private long startNanos;
    private volatile long served;

    Client(Contender contender, Possession possession) {
      this.contender = contender;
      this.possession = possession;
    }

    void begin() {
      if (stopping) {
        idle.countDown();
        return;
      }
      startNanos = System.nanoTime();
      contender.acquire().thenRun(this::acquired).whenComplete(this::look);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written by one thread at a time, see above
    private void acquired() {
      long now = System.nanoTime();
      long releasedNanos = possession.taken();
      if (work.kind() == LockWork.Kind.UNCONTENDED) {
        grants.succeeded(now - startNanos);
      } else if (releasedNanos != 0) {
        grants.succeeded(now - releasedNanos);
      }
      served++;
      possession.givingUp();
      startNanos = System.nanoTime();
      contender.release().thenRun(this::released).whenComplete(this::look);
    }

    private void released() {
      releases.succeeded(System.nanoTime() - startNanos);
      begin();
    }

    private void look(@Nullable Void done, @Nullable Throwable failure) {
      if (failure != null) {
        broken.completeExceptionally(failure);
      }
    }
  }
}
