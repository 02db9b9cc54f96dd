package io.metastore.client;

import io.metastore.api.v1.ListLocksRequest;
import io.metastore.api.v1.ListLocksResponse;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.QueryRequest;
import io.metastore.api.v1.QueryResponse;
import io.metastore.api.v1.ValidateRequest;
import io.metastore.api.v1.ValidateResponse;
import io.metastore.api.v1.WatchLockRequest;
import java.util.concurrent.CompletableFuture;

/** Queries locks. To acquire a lock, use {@link Session#lock}. */
public final class Locks {
  private final Calls calls;

  Locks(Calls calls) {
    this.calls = calls;
  }

  /** The holders and the waiting requests of a lock. */
  public CompletableFuture<QueryResponse> queryAsync(QueryRequest request) {
    return calls.unary(LocksGrpc.getQueryMethod(), request, Repeat.READ);
  }

  /** Blocking form of {@link #queryAsync}. */
  public QueryResponse query(String lock) throws InterruptedException {
    return Blocking.await(queryAsync(QueryRequest.newBuilder().setLock(lock).build()));
  }

  /** One page of all locks that are held or waited for. */
  public CompletableFuture<ListLocksResponse> listAsync(ListLocksRequest request) {
    return calls.unary(LocksGrpc.getListLocksMethod(), request, Repeat.READ);
  }

  /** Blocking form of {@link #listAsync}. */
  public ListLocksResponse list(ListLocksRequest request) throws InterruptedException {
    return Blocking.await(listAsync(request));
  }

  /** Whether the lock of a {@link HeldLock#sequencer} is still held as the sequencer states. */
  public CompletableFuture<Boolean> validateAsync(String sequencer) {
    ValidateRequest request = ValidateRequest.newBuilder().setSequencer(sequencer).build();
    return calls
        .unary(LocksGrpc.getValidateMethod(), request, Repeat.READ)
        .thenApply(ValidateResponse::getValid);
  }

  /** Blocking form of {@link #validateAsync}. */
  public boolean validate(String sequencer) throws InterruptedException {
    return Blocking.await(validateAsync(sequencer));
  }

  /**
   * Watches the holders and the waiting requests of a lock until the watch is closed. Reconnects
   * after a lost connection.
   */
  public QueueWatch watch(String lock, QueueListener listener) {
    QueueWatch watch =
        new QueueWatch(calls, WatchLockRequest.newBuilder().setLock(lock).build(), listener);
    watch.start();
    return watch;
  }
}
