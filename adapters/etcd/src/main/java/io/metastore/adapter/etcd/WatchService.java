package io.metastore.adapter.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.EventLoops;
import io.metastore.core.api.Metastore;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;

/** etcd's {@code Watch}. Stateless; each stream has a {@link WatchSession}. */
final class WatchService extends WatchGrpc.WatchImplBase {
  private final Metastore metastore;
  private final ResponseHeaders headers;

  WatchService(Metastore metastore, ResponseHeaders headers) {
    this.metastore = metastore;
    this.headers = headers;
  }

  @Override
  public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> call) {
    WatchSession session =
        new WatchSession(
            metastore,
            headers,
            EtcdLimits.receiveBytesMax(metastore.cluster().maxRequestBytes()),
            EventLoops.currentOrAny(),
            (ServerCallStreamObserver<WatchResponse>) call);
    return new StreamObserver<>() {
      @Override
      public void onNext(WatchRequest request) {
        session.take(request);
      }

      @Override
      public void onError(Throwable failure) {
        session.end();
      }

      @Override
      public void onCompleted() {
        // A client that sends no more requests still receives events, as in etcd.
      }
    };
  }
}
