package io.metastore.bench.lock;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** The reply of a unary gRPC call, as a future. */
final class Reply<R> extends CompletableFuture<R> implements StreamObserver<R> {
  @Override
  public void onNext(R reply) {
    complete(reply);
  }

  @Override
  public void onError(Throwable failure) {
    completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {}
}
