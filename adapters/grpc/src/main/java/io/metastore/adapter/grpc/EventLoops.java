package io.metastore.adapter.grpc;

import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/** The threads that serve connections. */
public final class EventLoops {
  private EventLoops() {}

  /**
   * The event loop of the calling thread, so that the messages of one connection are sent together;
   * in a server without event loops, any thread.
   */
  public static Executor currentOrAny() {
    Executor loop = ThreadExecutorMap.currentExecutor();
    return loop == null ? ForkJoinPool.commonPool() : loop;
  }
}
