package io.metastore.bench.faults.etcd;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseTimeToLiveRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A client that grants leases, puts keys with them, keeps them alive for a while, and then revokes
 * them or lets them expire. Runs on its own thread.
 */
final class LeaseHolder extends Client {
  static final String PREFIX = EtcdClient.PREFIX + "lease/";
  private static final int KEYS = 3;
  private static final int TTL_MIN_SECONDS = 2;
  private static final int TTL_MAX_SECONDS = 6;
  private static final int RENEWALS_MAX = 5;
  private static final int PAUSE_MAX_MS = 100;
  private static final long CALL_SECONDS = 2;

  LeaseHolder(String name, long seed, Channels channels, Journal journal) {
    super(name, seed, channels, journal);
  }

  @Override
  int step() throws InterruptedException {
    live();
    return PAUSE_MAX_MS;
  }

  /** The life of one lease. */
  private void live() throws InterruptedException {
    long lease = 1 + random.nextLong(Long.MAX_VALUE);
    long ttl = random.nextInt(TTL_MIN_SECONDS, TTL_MAX_SECONDS);
    long sentNanos = System.nanoTime();
    try {
      long granted =
          leases()
              .leaseGrant(LeaseGrantRequest.newBuilder().setID(lease).setTTL(ttl).build())
              .getTTL();
      long promisedNanos = sentNanos + TimeUnit.SECONDS.toNanos(granted);
      journal.promise(lease, promisedNanos);
      for (int i = 0; i < KEYS; i++) {
        put(lease, i, promisedNanos);
      }
      for (int i = random.nextInt(RENEWALS_MAX); i > 0 && !isStopped(); i--) {
        Thread.sleep(random.nextLong(TimeUnit.SECONDS.toMillis(ttl) * 2 / 3));
        promisedNanos =
            random.nextInt(4) == 0 ? ask(lease, promisedNanos) : renew(lease, promisedNanos);
      }
      if (random.nextBoolean()) {
        journal.revoke(lease);
        leases().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
      }
    } catch (StatusRuntimeException e) {
      // A lease may expire when its time is over; whether it did too early is checked elsewhere.
      if (e.getStatus().getCode() != Code.NOT_FOUND) {
        journal.judge(name + " with lease " + lease, e);
      }
      channels.change(random);
    }
  }

  private void put(long lease, int number, long promisedNanos) {
    PutRequest put =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(PREFIX + Long.toHexString(lease) + "/" + number))
            .setLease(lease)
            .build();
    try {
      KVGrpc.newBlockingStub(channels.current())
          .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
          .put(put);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Code.NOT_FOUND) {
        gone(lease, promisedNanos, e.getStatus().toString());
      }
      throw e;
    }
  }

  /** Asks for the remaining time; this promises nothing further. */
  private long ask(long lease, long promisedNanos) {
    long remaining =
        leases().leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build()).getTTL();
    if (remaining < 0) {
      gone(lease, promisedNanos, "its remaining time is " + remaining);
    }
    return promisedNanos;
  }

  /** Renews the lease, and returns until when it lives at least. */
  private long renew(long lease, long promisedNanos) throws InterruptedException {
    CompletableFuture<LeaseKeepAliveResponse> answered = new CompletableFuture<>();
    long sentNanos = System.nanoTime();
    StreamObserver<LeaseKeepAliveRequest> stream =
        LeaseGrpc.newStub(channels.current())
            .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
            .leaseKeepAlive(into(answered));
    stream.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    try {
      long ttl = answered.get(2 * CALL_SECONDS, TimeUnit.SECONDS).getTTL();
      if (ttl <= 0) {
        gone(lease, promisedNanos, "a renewal was answered with " + ttl);
        return promisedNanos;
      }
      long untilNanos = sentNanos + TimeUnit.SECONDS.toNanos(ttl);
      journal.promise(lease, untilNanos);
      return untilNanos;
    } catch (ExecutionException e) {
      throw Status.fromThrowable(e.getCause()).asRuntimeException();
    } catch (TimeoutException e) {
      throw Status.DEADLINE_EXCEEDED.asRuntimeException();
    } finally {
      stream.onCompleted();
    }
  }

  private void gone(long lease, long promisedNanos, String how) {
    long earlyNanos = promisedNanos - System.nanoTime();
    if (earlyNanos > 0) {
      journal
          .findings()
          .violation(
              "lease %d is gone %d ms early: %s"
                  .formatted(lease, TimeUnit.NANOSECONDS.toMillis(earlyNanos), how));
    }
  }

  private LeaseGrpc.LeaseBlockingStub leases() {
    return LeaseGrpc.newBlockingStub(channels.current())
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  private static <T> StreamObserver<T> into(CompletableFuture<T> first) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T answer) {
        first.complete(answer);
      }

      @Override
      public void onError(Throwable failure) {
        first.completeExceptionally(failure);
      }

      @Override
      public void onCompleted() {
        first.completeExceptionally(Status.UNAVAILABLE.asException());
      }
    };
  }
}
