package io.metastore.adapter.etcd.port;

/**
 * Resource limits of HTTP connections.
 *
 * @param bodyBytesMax the largest body of a request, or message of a WebSocket
 * @param bodies the memory budget for the bodies of all requests that are arriving
 * @param arrivalSeconds the time limit for one request from its first to its last byte
 */
record HttpLimits(int bodyBytesMax, BodyBudget bodies, int arrivalSeconds) {
  private static final int ARRIVAL_SECONDS = 60;

  /** The budget is enough for this many of the largest bodies. */
  private static final int LARGEST_BODIES = 16;

  private static final long SMALL_BODIES_BYTES = 8 << 20;

  /**
   * The default limits.
   *
   * @param messageBytesMax the largest message that gRPC accepts
   */
  static HttpLimits of(int messageBytesMax) {
    // In JSON a message takes a third more space, and may contain white space.
    int bodyBytesMax = (int) Math.min(Integer.MAX_VALUE, 2L * messageBytesMax);
    return new HttpLimits(
        bodyBytesMax,
        new BodyBudget((long) LARGEST_BODIES * bodyBytesMax, SMALL_BODIES_BYTES, System::nanoTime),
        ARRIVAL_SECONDS);
  }
}
