package io.metastore.bench.load;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.metastore.bench.load.Wire.Reply;

/** Makes unary calls over one connection. Called from any thread; never blocks. */
interface UnaryCalls {

  /**
   * Starts a call.
   *
   * @param request left alone by the caller until the call has ended
   * @param ended told once, on the connection's event loop, never inside this method
   */
  void start(MethodDescriptor<Payload, Reply> method, Payload request, Ended ended);

  /** Learns how a call ended. */
  interface Ended {
    void ended(Status.Code code);
  }
}
