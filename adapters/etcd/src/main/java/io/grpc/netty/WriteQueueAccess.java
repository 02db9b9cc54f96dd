package io.grpc.netty;

/**
 * Lets a connection send what its calls have written so far.
 *
 * <p>gRPC does so only at the end of a message. Its queue of writes is package-private, so this
 * class is in gRPC's package; see ADR 26. It does not compile, or {@code PacedAnswerTest} fails,
 * when gRPC changes that.
 */
public final class WriteQueueAccess {
  private WriteQueueAccess() {}

  /**
   * Schedules a flush on the connection's event loop; any thread.
   *
   * @param connection of a server
   */
  public static void flush(GrpcHttp2ConnectionHandler connection) {
    ((NettyServerHandler) connection).getWriteQueue().scheduleFlush();
  }
}
