package io.metastore.adapter.etcd;

import io.grpc.Status;

/** Sizes that etcd derives from the largest request. */
public final class EtcdLimits {
  /** What a request's frame may have on top of the request. Source: {@code grpcOverheadBytes}. */
  private static final int REQUEST_OVERHEAD_BYTES = 512 * 1024;

  private EtcdLimits() {}

  /**
   * The largest message to take from a client, where commands may have {@code maxRequestBytes};
   * also the size from which watch responses are fragmented.
   */
  public static int receiveBytesMax(int maxRequestBytes) {
    return (int) Math.min(Integer.MAX_VALUE, (long) maxRequestBytes + REQUEST_OVERHEAD_BYTES);
  }

  /** What grpc-go says of a message that is larger than what it receives. */
  public static Status tooLarge(int bytes, int bytesMax) {
    return Status.RESOURCE_EXHAUSTED.withDescription(
        "grpc: received message larger than max (%d vs. %d)".formatted(bytes, bytesMax));
  }
}
