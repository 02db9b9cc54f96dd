package io.metastore.adapter.etcd;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/**
 * Gives the health service's error for unknown services grpc-go's text; grpc-java's names the
 * service.
 */
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
