package io.metastore.adapter.etcd;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/** Refuses to tell the health of unknown services in grpc-go's words; grpc-java's name them. */
final class HealthWords implements ServerInterceptor {
  private static final Status UNKNOWN = Status.NOT_FOUND.withDescription("unknown service");

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            super.close(status.getCode() == Status.Code.NOT_FOUND ? UNKNOWN : status, trailers);
          }
        },
        headers);
  }
}
