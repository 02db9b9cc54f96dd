package io.metastore.adapter.etcd;

import io.grpc.Status;

/** Sizes that etcd derives from the largest request. */
public final class EtcdLimits {
  /**
   * The size that a request's frame may have in addition to the request. Source: {@code
   * grpcOverheadBytes}.
   */
  private static final int REQUEST_OVERHEAD_BYTES = 512 * 1024;

  private EtcdLimits() {}

  /**
   * The largest message accepted from a client if commands may have {@code maxRequestBytes}; also
   * the size above which watch responses are fragmented.
   */
  public static int receiveBytesMax(int maxRequestBytes) {
    return (int) Math.min(Integer.MAX_VALUE, (long) maxRequestBytes + REQUEST_OVERHEAD_BYTES);
  }

  /** grpc-go's error for a message larger than its receive limit. */
  public static Status tooLarge(int bytes, int bytesMax) {
    return Status.RESOURCE_EXHAUSTED.withDescription(
        "grpc: received message larger than max (%d vs. %d)".formatted(bytes, bytesMax));
  }
}
