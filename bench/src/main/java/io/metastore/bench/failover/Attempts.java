package io.metastore.bench.failover;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.NewClientRequest;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.v3lockpb.LockGrpc;
import io.metastore.etcdapi.v3lockpb.LockRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes through one member, started at a fixed interval whether or not earlier ones have ended.
 * After a fault, some of them wait for their outcome in vain; a write has waited until it, or one
 * that began later, succeeds.
 */
final class Attempts {
  private static final long PACE_MS = 20;
  private static final long LEASE_SECONDS = 60;
  private static final long TIMEOUT_SECONDS = 30;

  private final ManagedChannel member;
  private final ScheduledExecutorService timer;
  private final long windowNanos;
  private final AtomicInteger names = new AtomicInteger();
  private final String prefix = "failover/" + System.nanoTime() + "/";

  /**
   * @param windowMs how long to start writes whose waits count; 0 for only the first one
   */
  Attempts(ManagedChannel member, ScheduledExecutorService timer, long windowMs) {
    this.member = member;
    this.timer = timer;
    this.windowNanos = TimeUnit.MILLISECONDS.toNanos(windowMs);
  }

  /** Completes with the longest time in nanoseconds that a put waited until it was acknowledged. */
  CompletableFuture<Long> longestPut() {
    return longestWait(
        () ->
            KVGrpc.newFutureStub(member)
                .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder().setKey(newName()).build()));
  }

  /** Likewise, until a lease and a free lock with it were granted. */
  CompletableFuture<Long> longestLock() {
    return longestWait(
        () ->
            Futures.transformAsync(
                LeaseGrpc.newFutureStub(member)
                    .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(LEASE_SECONDS).build()),
                lease ->
                    LockGrpc.newFutureStub(member)
                        .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .lock(
                            LockRequest.newBuilder()
                                .setName(newName())
                                .setLease(lease.getID())
                                .build()),
                MoreExecutors.directExecutor()));
  }

  /** Likewise, until a client of Metastore's own API and a free lock were granted. */
  CompletableFuture<Long> longestOwnLock() {
    return longestWait(
        () ->
            Futures.transformAsync(
                ClientsGrpc.newFutureStub(member)
                    .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .newClient(
                        NewClientRequest.newBuilder()
                            .setTtlMs(TimeUnit.SECONDS.toMillis(LEASE_SECONDS))
                            .build()),
                client ->
                    LocksGrpc.newFutureStub(member)
                        .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .acquire(
                            AcquireRequest.newBuilder()
                                .setLock("/" + newName().toStringUtf8())
                                .setClientId(client.getClientId())
                                .build()),
                MoreExecutors.directExecutor()));
  }

  private ByteString newName() {
    return ByteString.copyFromUtf8(prefix + names.incrementAndGet());
  }

  private CompletableFuture<Long> longestWait(Supplier<? extends ListenableFuture<?>> attempt) {
    Waits waits = new Waits(System.nanoTime() + windowNanos);
    ScheduledFuture<?> pace =
        timer.scheduleAtFixedRate(
            () -> {
              long nanos = System.nanoTime();
              waits.began(nanos);
              observe(attempt.get(), nanos, waits);
            },
            0,
            PACE_MS,
            TimeUnit.MILLISECONDS);
    waits.longest().whenComplete((nanos, failure) -> pace.cancel(false));
    return waits.longest();
  }

  private static <T> void observe(ListenableFuture<T> attempt, long beganNanos, Waits waits) {
    Futures.addCallback(
        attempt,
        new FutureCallback<T>() {
          @Override
          public void onSuccess(@Nullable T answer) {
            waits.succeeded(beganNanos, System.nanoTime());
          }

          @Override
          public void onFailure(Throwable failure) {
            // A later attempt succeeds.
          }
        },
        MoreExecutors.directExecutor());
  }
}
