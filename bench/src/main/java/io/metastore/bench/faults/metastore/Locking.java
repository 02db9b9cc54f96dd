package io.metastore.bench.faults.metastore;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.AcquireResponse;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.LockMode;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.bench.faults.metastore.Attempt.Draft;
import io.metastore.bench.faults.metastore.Attempt.Outcome;
import io.metastore.client.HeldLock;
import io.metastore.client.Lock;
import io.metastore.client.MetastoreException;
import io.metastore.client.OutcomeUnknownException;
import io.metastore.client.Session;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A worker's locks, acquired, used and released in all possible ways. */
final class Locking {
  static final String DIRECTORY = "/locks";
  static final String GUARDED = "/guarded";
  static final List<String> LOCKS = List.of(DIRECTORY + "/a", DIRECTORY + "/b", DIRECTORY + "/c");

  private final Worker worker;
  private final Tenure tenure;
  private final Random random;
  private final String name;
  private final boolean exclusive;
  private final Duration delay;

  /**
   * Set if a call for the lock has an unknown outcome, so that it may get the lock until the
   * session ends.
   */
  private boolean callUnderWay;

  Locking(Worker worker, Tenure tenure) {
    this.worker = worker;
    this.tenure = tenure;
    this.random = worker.random();
    this.name = LOCKS.get(random.nextInt(LOCKS.size()));
    this.exclusive = worker.journal().exclusive(name, tenure.session().id());
    this.delay = Duration.ofSeconds(random.nextInt(4) / 2);
  }

  /** Acquires a lock, if possible, and releases it. */
  void step() throws InterruptedException {
    Session session = tenure.session();
    Lock lock = (exclusive ? session.lock(name) : session.sharedLock(name)).withDelay(delay);
    HeldLock held = acquire(lock);
    if (held == null) {
      return;
    }
    long heardNanos = System.nanoTime();
    for (int i = random.nextInt(3); i > 0; i--) {
      use(held);
    }
    giveUp(held, heardNanos);
    if (random.nextInt(3) == 0) {
      fencedPut(held);
    }
  }

  private @Nullable HeldLock acquire(Lock lock) throws InterruptedException {
    try {
      return switch (random.nextInt(6)) {
        case 0 -> lock.tryAcquire().orElse(null);
        case 1 -> lock.tryAcquire(Duration.ofMillis(random.nextInt(1500))).orElse(null);
        case 2 -> acquireAndCancel(lock);
        default -> lock.acquire();
      };
    } catch (IllegalStateException e) {
      if (String.valueOf(e.getMessage()).startsWith("the session already holds or waits")) {
        // The library is still withdrawing an earlier request.
        return null;
      }
      throw e;
    } catch (MetastoreException e) {
      if (e.reason() == Reason.PLACE_LOST) {
        placeLost(e);
        return null;
      }
      throw e;
    }
  }

  private @Nullable HeldLock acquireAndCancel(Lock lock) throws InterruptedException {
    CompletableFuture<HeldLock> acquiring = lock.acquireAsync();
    try {
      try {
        return acquiring.get(random.nextInt(100), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        return acquiring.cancel(false) ? null : acquiring.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof MetastoreException refused) {
        throw refused;
      }
      throw new IllegalStateException(e);
    }
  }

  /** Records a violation: a live session must not lose its place. */
  private void placeLost(MetastoreException failure) throws InterruptedException {
    if (worker.registry().isAlive(tenure.session().id())) {
      worker.journal().wrong(worker + ", whose session lives: " + failure.getMessage());
    }
  }

  private void use(HeldLock held) throws InterruptedException {
    switch (random.nextInt(4)) {
      case 0 -> new Transacting(worker).step(held);
      case 1 -> repeatAndCancel(held);
      case 2 -> Thread.sleep(random.nextInt(100));
      default -> fencedPut(held);
    }
  }

  private void giveUp(HeldLock held, long heardNanos) throws InterruptedException {
    int dice = random.nextInt(20);
    if (dice < 2 && !worker.isCalm()) {
      worker.crash();
      long promisedNanos = tenure.promisedNanos();
      tenure.end();
      // The session holds the lock until the servers expire it, and then the lock-delay begins.
      boolean expiresAsHolder = heardNanos - promisedNanos < 0;
      note(held, heardNanos, expiresAsHolder ? promisedNanos + delay.toNanos() : promisedNanos);
      return;
    }
    if (dice < 4) {
      Thread.sleep(random.nextInt(1500));
    }
    note(held, heardNanos, Math.min(System.nanoTime(), tenure.promisedNanos()));
    if (dice < 6 || callUnderWay) {
      worker.endSession(tenure);
    } else {
      held.close();
    }
  }

  private void note(HeldLock held, long fromNanos, long untilNanos) {
    worker
        .journal()
        .add(new Hold(name, exclusive, tenure.session().id(), held.token(), fromNanos, untilNanos));
  }

  /** Writes also after the lock was lost: the fence must refuse that. */
  private void fencedPut(HeldLock held) throws InterruptedException {
    Draft draft = new Draft(worker.nextId());
    String key = GUARDED + name;
    draft.fence(name, held.token());
    draft.put(key);
    Outcome outcome = Outcome.NOT_DONE;
    try {
      worker.client().keyValue().put(key, draft.id(), held.fence());
      outcome = Outcome.DONE;
    } catch (OutcomeUnknownException e) {
      outcome = Outcome.UNKNOWN;
    } catch (MetastoreException e) {
      worker.judge(e);
    } finally {
      worker.journal().add(draft.end(outcome));
    }
  }

  /** Repeats the acquire call and cancels the second call; the first one's place must stay. */
  private void repeatAndCancel(HeldLock held) throws InterruptedException {
    AcquireRequest request =
        AcquireRequest.newBuilder()
            .setLock(name)
            .setClientId(tenure.session().id())
            .setMode(exclusive ? LockMode.EXCLUSIVE : LockMode.SHARED)
            .setLockDelayMs(delay.toMillis())
            .build();
    List<String> endpoints = worker.links().endpoints();
    String endpoint = endpoints.get(random.nextInt(endpoints.size()));
    ManagedChannel channel = NettyChannelBuilder.forTarget(endpoint).usePlaintext().build();
    try {
      ListenableFuture<AcquireResponse> again = LocksGrpc.newFutureStub(channel).acquire(request);
      Thread.sleep(random.nextInt(50));
      again.cancel(true);
      if (again.isCancelled()) {
        callUnderWay = true;
      } else {
        compare(held, again);
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private void compare(HeldLock held, ListenableFuture<AcquireResponse> again)
      throws InterruptedException {
    try {
      AcquireResponse answer = again.get();
      if (answer.getToken() != held.token()) {
        worker.journal().wrong(worker + " holds " + held.token() + " and was told " + answer);
      }
    } catch (ExecutionException | CancellationException e) {
      // The connection broke, or the session is lost.
      callUnderWay = true;
    }
  }
}
