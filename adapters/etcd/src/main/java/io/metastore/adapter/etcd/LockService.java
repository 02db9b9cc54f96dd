package io.metastore.adapter.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.core.api.LockWait;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.etcdapi.v3lockpb.LockGrpc;
import io.metastore.etcdapi.v3lockpb.LockRequest;
import io.metastore.etcdapi.v3lockpb.LockResponse;
import io.metastore.etcdapi.v3lockpb.UnlockRequest;
import io.metastore.etcdapi.v3lockpb.UnlockResponse;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** etcd's {@code v3lockpb.Lock}. Stateless. */
final class LockService extends LockGrpc.LockImplBase {
  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final SessionLeases leases;

  LockService(Metastore metastore, ResponseHeaders headers, SessionLeases leases) {
    this.metastore = metastore;
    this.headers = headers;
    this.leases = leases;
  }

  @Override
  public void lock(LockRequest request, StreamObserver<LockResponse> observer) {
    LockCall call = new LockCall(request, (ServerCallStreamObserver<LockResponse>) observer);
    leases
        .of(call.access, request.getLease())
        .whenComplete(
            (lease, failure) -> {
              if (failure == null) {
                call.acquire(lease);
              } else {
                observer.onError(UncodedErrors.of(null, failure));
              }
            });
  }

  @Override
  public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> observer) {
    if (request.getKey().isEmpty()) {
      observer.onError(UncodedErrors.of(EtcdError.EMPTY_KEY));
      return;
    }
    Op delete = Op.newBuilder().setDelete(Delete.newBuilder().setKey(request.getKey())).build();
    Command command = Command.newBuilder().setTxn(TxnTranslator.toTxn(delete)).build();
    CallAccess.submit(metastore, command)
        .whenComplete(
            (outcome, failure) -> {
              if (outcome instanceof Outcome.TxnDone) {
                UnaryAnswer.send(
                    observer, LockTranslator.toUnlocked(headers.at(outcome.revision())));
              } else {
                observer.onError(UncodedErrors.of(outcome, failure));
              }
            });
  }

  /** One call of Lock. Guarded by itself. */
  private final class LockCall {
    private final LockRequest request;
    private final StreamObserver<LockResponse> observer;
    private final @Nullable CallAccess access = CallAccess.ofCall(metastore);
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
        wait = CallAccess.acquire(metastore, access, LockTranslator.toAcquire(request, lease));
        held = wait.held();
      }
      held.whenComplete(
          (outcome, failure) -> {
            if (outcome instanceof Outcome.LockPlace place && place.key() != null) {
              UnaryAnswer.send(
                  observer, LockTranslator.toLocked(headers.at(place.revision()), place.key()));
            } else {
              observer.onError(UncodedErrors.of(outcome, failure));
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
