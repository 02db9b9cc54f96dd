package io.metastore.bench.load;

/** What makes the unary calls of a run. */
public enum Transport {
  /** The generator's own HTTP/2, which knows no more than it needs and takes less CPU. */
  LEAN,
  /** gRPC's channel, as in every Java client. */
  GRPC
}
