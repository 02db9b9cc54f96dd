package io.metastore.bench.load;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.metastore.bench.load.Wire.Reply;

/** Makes unary calls over one connection. Called from any thread; never blocks. */
interface UnaryCalls {

  /**
   * Starts a call.
   *
   * @param request must not be changed until the call has ended
   * @param ended called once, on the connection's event loop, never within this method
   */
  void start(MethodDescriptor<Payload, Reply> method, Payload request, Ended ended);

  /** Receives the end of a call. */
  interface Ended {
    void ended(Status.Code code);
  }
}
