package io.metastore.client;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/** Records whether any attempt of a call, including gRPC's own retries, reached a connection. */
final class SendMark extends ClientStreamTracer.Factory {
  private volatile boolean sent;

  /** False only if nothing of the call has left this process. */
  boolean sent() {
    return sent;
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new ClientStreamTracer() {
      // Called when a live connection takes the call, before anything of it is written.
      @Override
      public void streamCreated(Attributes transport, Metadata sentHeaders) {
        sent = true;
      }
    };
  }
}
