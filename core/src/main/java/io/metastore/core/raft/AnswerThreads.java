package io.metastore.core.raft;

import io.grpc.InternalConfigurator;
import io.grpc.InternalConfiguratorRegistry;
import io.grpc.ManagedChannelBuilder;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The threads on which answers of other members are processed, both for Ratis and for our own
 * calls. Answers stay on the event loop that read them, because passing them on is cheaper than
 * switching threads. Other events of a call, such as a failure to start, run on a separate thread:
 * Ratis does not expect them from within the call, and would lose a stream that ends before it has
 * begun.
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
    // Ratis builds its own channels and offers no other way to configure them.
    InternalConfiguratorRegistry.setConfigurators(
        List.of(
            new InternalConfigurator() {
              @Override
              public void configureChannelBuilder(ManagedChannelBuilder<?> channel) {
                channel.executor(threads);
              }
            }));
  }

  /** Makes all channels built from now on in this process use these threads. */
  static void use() {
    // Loading the class has set the configurator.
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
