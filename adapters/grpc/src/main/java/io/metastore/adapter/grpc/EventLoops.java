package io.metastore.adapter.grpc;

import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/** The threads that serve connections. */
public final class EventLoops {
  private EventLoops() {}

  /**
   * The event loop of the calling thread, so that one connection's messages leave together; any
   * other thread in a server without one.
   */
  public static Executor currentOrAny() {
    Executor loop = ThreadExecutorMap.currentExecutor();
    return loop == null ? ForkJoinPool.commonPool() : loop;
  }
}
