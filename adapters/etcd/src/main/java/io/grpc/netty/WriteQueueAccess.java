package io.grpc.netty;

/**
 * Flushes what a connection's calls have written so far.
 *
 * <p>gRPC itself flushes only at the end of a message. Its queue of writes is package-private, so
 * this class is in gRPC's package; see ADR 26. If gRPC changes the queue, this class does not
 * compile or {@code PacedAnswerTest} fails.
 */
public final class WriteQueueAccess {
  private WriteQueueAccess() {}

  /**
   * Schedules a flush on the connection's event loop. Any thread.
   *
   * @param connection a server connection
   */
  public static void flush(GrpcHttp2ConnectionHandler connection) {
    ((NettyServerHandler) connection).getWriteQueue().scheduleFlush();
  }
}
