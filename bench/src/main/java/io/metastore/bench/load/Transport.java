package io.metastore.bench.load;

/** The client for the unary calls of a run. */
public enum Transport {
  /** The generator's own minimal HTTP/2 client, which uses less CPU. */
  LEAN,
  /** A gRPC channel, as in any Java client. */
  GRPC
}
