package io.metastore.adapter.etcd.port;

/**
 * What HTTP connections may use.
 *
 * @param bodyBytesMax the largest body of a request, or message of a WebSocket
 * @param bodies memory for the bodies of all requests that are arriving
 * @param arrivalSeconds how long one request may take from its first byte to its last
 */
record HttpLimits(int bodyBytesMax, BodyBudget bodies, int arrivalSeconds) {
  private static final int ARRIVAL_SECONDS = 60;

  /** So many of the largest bodies may be arriving at the same time. */
  private static final int LARGEST_BODIES = 16;

  /**
   * The usual limits.
   *
   * @param messageBytesMax the largest message that gRPC takes
   */
  static HttpLimits of(int messageBytesMax) {
    // As JSON it takes a third more, and may have spaces.
    int bodyBytesMax = (int) Math.min(Integer.MAX_VALUE, 2L * messageBytesMax);
    return new HttpLimits(
        bodyBytesMax, new BodyBudget((long) LARGEST_BODIES * bodyBytesMax), ARRIVAL_SECONDS);
  }
}
