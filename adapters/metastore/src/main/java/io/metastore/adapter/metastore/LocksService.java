package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.AcquireResponse;
import io.metastore.api.v1.ListLocksRequest;
import io.metastore.api.v1.ListLocksResponse;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.QueryRequest;
import io.metastore.api.v1.QueryResponse;
import io.metastore.api.v1.ReleaseRequest;
import io.metastore.api.v1.ReleaseResponse;
import io.metastore.api.v1.ValidateRequest;
import io.metastore.api.v1.ValidateResponse;
import io.metastore.api.v1.WatchLockRequest;
import io.metastore.api.v1.WatchLockResponse;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * {@code metastore.v1.Locks}. Stateless; each waiting call is an {@link AcquireCall}, each watch a
 * {@link LockWatchCall}.
 */
final class LocksService extends LocksGrpc.LocksImplBase {
  private final Metastore metastore;
  private final Views views;
  private final ScheduledExecutorService timer;
  private final LongSupplier clockMs;

  /**
   * @param timer ends waits
   * @param clockMs milliseconds since 1970, for the ages of places
   */
  LocksService(
      Metastore metastore, Views views, ScheduledExecutorService timer, LongSupplier clockMs) {
    this.metastore = metastore;
    this.views = views;
    this.timer = timer;
    this.clockMs = clockMs;
  }

  @Override
  public void acquire(AcquireRequest request, StreamObserver<AcquireResponse> call) {
    Answer.orRefuse(
        call,
        () ->
            AcquireCall.start(
                metastore, timer, request, (ServerCallStreamObserver<AcquireResponse>) call));
  }

  @Override
  public void release(ReleaseRequest request, StreamObserver<ReleaseResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> CallAccess.submit(metastore, LockTranslator.toCommand(request)),
        LockTranslator::toReleased);
  }

  @Override
  public void query(QueryRequest request, StreamObserver<QueryResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> {
          ByteString lock = Paths.toKey("lock", request.getLock());
          return views.read(
              Consistencies.of(request.getConsistency()),
              view -> LockTranslator.toReply(view, lock, clockMs.getAsLong()));
        },
        Function.identity());
  }

  @Override
  public void listLocks(ListLocksRequest request, StreamObserver<ListLocksResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> {
          LocksPage page = LocksPage.of(request);
          return views.read(
              Consistencies.of(request.getConsistency()),
              view -> page.read(view, clockMs.getAsLong()));
        },
        Function.identity());
  }

  @Override
  public void validate(ValidateRequest request, StreamObserver<ValidateResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> {
          Sequencer sequencer = Sequencer.parse(request.getSequencer());
          ByteString lock = Paths.toKey("sequencer", sequencer.lock());
          return views.read(
              Consistency.LINEARIZABLE,
              view ->
                  ValidateResponse.newBuilder()
                      .setRevision(view.revision())
                      .setValid(sequencer.matches(view.findLockPlace(lock, sequencer.token())))
                      .build());
        },
        Function.identity());
  }

  @Override
  public void watch(WatchLockRequest request, StreamObserver<WatchLockResponse> call) {
    Answer.orRefuse(
        call,
        () ->
            LockWatchCall.start(
                metastore,
                views,
                clockMs,
                request,
                (ServerCallStreamObserver<WatchLockResponse>) call));
  }
}
