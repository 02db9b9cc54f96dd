package io.metastore.adapter.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * A call that can be ended without its service. Messages that the service sends afterwards are
 * dropped. Guarded by itself, because gRPC's calls are not thread-safe.
 */
public class EndableCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
  private boolean ended;

  public EndableCall(ServerCall<Q, R> call) {
    super(call);
  }

  /** Ends the call, unless it has already ended. */
  public final void end(Status status, Metadata trailers) {
    close(status, trailers);
  }

  @Override
  public final synchronized void sendHeaders(Metadata headers) {
    if (!ended) {
      super.sendHeaders(headers);
    }
  }

  @Override
  public synchronized void sendMessage(R message) {
    if (!ended) {
      super.sendMessage(message);
    }
  }

  @Override
  public final synchronized boolean isReady() {
    return !ended && super.isReady();
  }

  @Override
  public final synchronized void close(Status status, Metadata trailers) {
    if (!ended) {
      ended = true;
      super.close(status, trailers);
    }
  }
}
