package io.metastore.adapter.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.core.api.Metastore;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import org.jspecify.annotations.Nullable;

/**
 * One client's stream of renewals. Requests are taken one at a time, the next when the last is
 * answered and the client reads its answers; so answers are in order, one each.
 *
 * <p>Requests come on the connection's thread, answers on the store's: state is guarded by this.
 */
final class KeepAliveSession implements StreamObserver<LeaseKeepAliveRequest> {
  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final ServerCallStreamObserver<LeaseKeepAliveResponse> call;
  private boolean renewing;
  private boolean waitingForReader;
  private boolean clientDone;
  private boolean over;

  /** Opens the session; called within the service method. */
  KeepAliveSession(
      Metastore metastore,
      ResponseHeaders headers,
      ServerCallStreamObserver<LeaseKeepAliveResponse> call) {
    this.metastore = metastore;
    this.headers = headers;
    this.call = call;
    call.disableAutoRequest();
    call.setOnReadyHandler(this::readerReady);
    call.setOnCancelHandler(this::end);
    call.setOnCloseHandler(this::end);
    call.request(1);
  }

  @Override
  public void onNext(LeaseKeepAliveRequest request) {
    synchronized (this) {
      renewing = true;
    }
    // Made before the renewal: a client must not be told of a renewal at a revision at which the
    // lease was gone.
    ResponseHeader header = headers.now();
    metastore
        .keepAlive(request.getID())
        .whenComplete((ttl, failure) -> renewed(header, request.getID(), ttl, failure));
  }

  @Override
  public void onError(Throwable failure) {
    end();
  }

  @Override
  public synchronized void onCompleted() {
    clientDone = true;
    completeIfDone();
  }

  private synchronized void renewed(
      ResponseHeader header, long id, @Nullable Long ttl, @Nullable Throwable failure) {
    renewing = false;
    if (over) {
      return;
    }
    if (failure != null || ttl == null) {
      over = true;
      call.onError(
          failure == null
              ? EtcdErrors.of(new IllegalStateException("no TTL"))
              : LeaseService.toError(failure, metastore));
      return;
    }
    call.onNext(LeaseTranslator.toKeptAlive(header, id, ttl));
    if (call.isReady()) {
      call.request(1);
    } else {
      waitingForReader = true;
    }
    completeIfDone();
  }

  private synchronized void readerReady() {
    if (waitingForReader) {
      waitingForReader = false;
      call.request(1);
    }
  }

  private void completeIfDone() {
    if (clientDone && !renewing && !over) {
      over = true;
      call.onCompleted();
    }
  }

  private synchronized void end() {
    over = true;
  }
}
