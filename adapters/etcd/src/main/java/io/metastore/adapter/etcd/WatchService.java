package io.metastore.adapter.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.core.api.Metastore;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

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
            drainer(),
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
        // A client that has nothing more to ask still wants its events: etcd goes on, and so do we.
      }
    };
  }

  /**
   * The event loop of the call's connection, so that one connection's messages leave together; any
   * other thread in a server without one.
   */
  private static Executor drainer() {
    Executor loop = ThreadExecutorMap.currentExecutor();
    return loop == null ? ForkJoinPool.commonPool() : loop;
  }
}
