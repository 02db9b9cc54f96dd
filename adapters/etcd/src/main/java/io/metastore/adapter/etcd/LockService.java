package io.metastore.adapter.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.core.api.LockWait;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.etcdapi.v3lockpb.LockGrpc;
import io.metastore.etcdapi.v3lockpb.LockRequest;
import io.metastore.etcdapi.v3lockpb.LockResponse;
import io.metastore.etcdapi.v3lockpb.UnlockRequest;
import io.metastore.etcdapi.v3lockpb.UnlockResponse;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * etcd's {@code v3lockpb.Lock}. Stateless.
 *
 * <p>In etcd this service is a client of the others, and the errors it passes on lose their code:
 * all of them are {@code UNKNOWN} here.
 */
final class LockService extends LockGrpc.LockImplBase {
  /** What a lock whose caller brings no lease lives on, in seconds; nobody renews it. */
  private static final long OWN_LEASE_TTL = 60;

  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final LongSupplier leaseIds;

  /**
   * @param leaseIds positive ids that nobody has
   */
  LockService(Metastore metastore, ResponseHeaders headers, LongSupplier leaseIds) {
    this.metastore = metastore;
    this.headers = headers;
    this.leaseIds = leaseIds;
  }

  @Override
  public void lock(LockRequest request, StreamObserver<LockResponse> observer) {
    LockCall call = new LockCall(request, (ServerCallStreamObserver<LockResponse>) observer);
    if (request.getLease() != 0) {
      call.acquire(request.getLease());
      return;
    }
    long ttlMin = metastore.cluster().minLeaseTtl();
    metastore
        .submit(LeaseTranslator.toGrant(leaseIds.getAsLong(), OWN_LEASE_TTL, ttlMin))
        .whenComplete(
            (outcome, failure) -> {
              if (outcome instanceof Outcome.LeaseGranted granted) {
                call.acquire(granted.id());
              } else {
                observer.onError(toError(outcome, failure));
              }
            });
  }

  @Override
  public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> observer) {
    if (request.getKey().isEmpty()) {
      observer.onError(withoutCode(EtcdError.EMPTY_KEY.status()));
      return;
    }
    metastore
        .release(request.getKey())
        .whenComplete(
            (outcome, failure) -> {
              if (outcome instanceof Outcome.TxnDone) {
                UnaryAnswer.send(
                    observer, LockTranslator.toUnlocked(headers.at(outcome.revision())));
              } else {
                observer.onError(toError(outcome, failure));
              }
            });
  }

  private static StatusRuntimeException toError(
      @Nullable Outcome outcome, @Nullable Throwable failure) {
    if (outcome instanceof Outcome.Failed failed) {
      return withoutCode(EtcdErrors.of(failed.failure().code()).status());
    }
    return withoutCode(
        EtcdErrors.of(failure == null ? new IllegalStateException("outcome " + outcome) : failure)
            .getStatus());
  }

  private static StatusRuntimeException withoutCode(Status status) {
    return Status.UNKNOWN.withDescription(status.getDescription()).asRuntimeException();
  }

  /** One caller that wants a lock; guarded by itself. */
  private final class LockCall {
    private final LockRequest request;
    private final StreamObserver<LockResponse> observer;
    private @Nullable LockWait wait;
    private boolean cancelled;

    LockCall(LockRequest request, ServerCallStreamObserver<LockResponse> observer) {
      this.request = request;
      this.observer = observer;
      observer.setOnCancelHandler(this::cancel);
    }

    void acquire(long lease) {
      CompletableFuture<Outcome> held;
      synchronized (this) {
        if (cancelled) {
          return;
        }
        wait = metastore.acquire(LockTranslator.toAcquire(request, lease), 0);
        held = wait.held();
      }
      held.whenComplete(
          (outcome, failure) -> {
            if (outcome instanceof Outcome.LockPlace place && place.key() != null) {
              UnaryAnswer.send(
                  observer, LockTranslator.toLocked(headers.at(place.revision()), place.key()));
            } else {
              observer.onError(toError(outcome, failure));
            }
          });
    }

    private synchronized void cancel() {
      cancelled = true;
      if (wait != null) {
        wait.cancel();
      }
    }
  }
}
