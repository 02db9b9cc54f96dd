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
 * After a fault, some earlier writes wait for their outcome in vain; what counts is when new ones
 * succeed.
 */
final class Attempts {
  private static final long PACE_MS = 20;
  private static final long LEASE_SECONDS = 60;
  private static final long TIMEOUT_SECONDS = 30;

  private final ManagedChannel member;
  private final ScheduledExecutorService timer;
  private final AtomicInteger names = new AtomicInteger();
  private final String prefix = "failover/" + System.nanoTime() + "/";

  Attempts(ManagedChannel member, ScheduledExecutorService timer) {
    this.member = member;
    this.timer = timer;
  }

  /** Completes when a put is acknowledged, with that moment's System.nanoTime(). */
  CompletableFuture<Long> untilPut() {
    return untilSuccess(
        () ->
            KVGrpc.newFutureStub(member)
                .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder().setKey(newName()).build()));
  }

  /**
   * Completes when a lease and a free lock with it are granted, with that moment's
   * System.nanoTime().
   */
  CompletableFuture<Long> untilLock() {
    return untilSuccess(
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

  /** Likewise, when a client of Metastore's own API and a free lock are granted. */
  CompletableFuture<Long> untilOwnLock() {
    return untilSuccess(
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

  private CompletableFuture<Long> untilSuccess(Supplier<? extends ListenableFuture<?>> attempt) {
    CompletableFuture<Long> success = new CompletableFuture<>();
    ScheduledFuture<?> pace =
        timer.scheduleAtFixedRate(
            () -> begin(attempt.get(), success), 0, PACE_MS, TimeUnit.MILLISECONDS);
    success.whenComplete((nanos, failure) -> pace.cancel(false));
    return success;
  }

  private static <T> void begin(ListenableFuture<T> attempt, CompletableFuture<Long> success) {
    Futures.addCallback(
        attempt,
        new FutureCallback<T>() {
          @Override
          public void onSuccess(@Nullable T answer) {
            success.complete(System.nanoTime());
          }

          @Override
          public void onFailure(Throwable failure) {
            // A later attempt succeeds.
          }
        },
        MoreExecutors.directExecutor());
  }
}
