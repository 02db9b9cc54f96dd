package io.metastore.core.raft;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.ratis.thirdparty.io.grpc.InternalConfigurator;
import org.apache.ratis.thirdparty.io.grpc.InternalConfiguratorRegistry;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannelBuilder;
import org.apache.ratis.thirdparty.io.netty.util.concurrent.FastThreadLocalThread;

/**
 * On which threads the answers of other members are taken, Ratis' as ours: on the event loop that
 * read them, for to pass something on costs less than a hand-over. What a call hears elsewhere,
 * such as that it cannot start, it hears on a thread of its own: Ratis does not expect it from
 * within the call, and loses a stream that ends before it has begun.
 */
final class AnswerThreads implements Executor {
  private final ExecutorService others =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "raft-answer");
            thread.setDaemon(true);
            return thread;
          });

  private AnswerThreads() {}

  static {
    Executor threads = new AnswerThreads();
    // Ratis builds channels of its own and offers no other way to them.
    InternalConfiguratorRegistry.setConfigurators(
        List.of(
            new InternalConfigurator() {
              @Override
              public void configureChannelBuilder(ManagedChannelBuilder<?> channel) {
                channel.executor(threads);
              }
            }));
  }

  /** Has all channels that are built from now on, in this process, use these threads. */
  static void use() {
    // Loading the class has done it.
  }

  @Override
  public void execute(Runnable task) {
    if (Thread.currentThread() instanceof FastThreadLocalThread) {
      task.run();
    } else {
      others.execute(task);
    }
  }
}
