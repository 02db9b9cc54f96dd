package io.metastore.adapter.etcd;

import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.api.WatchStream;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A stream of watches whose messages come from the test. */
final class FakeWatchStream implements WatchStream {
  /** The session's requests in order: {@code create 0}, {@code cancel 0}, {@code progress}. */
  final LinkedBlockingQueue<String> asked = new LinkedBlockingQueue<>();

  final Queue<WatchSpec> specs = new ConcurrentLinkedQueue<>();
  final CompletableFuture<Void> closed = new CompletableFuture<>();
  final AtomicBoolean polledByTwo = new AtomicBoolean();

  private final Runnable onMessages;
  private final Queue<WatchMessage> messages = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean polling = new AtomicBoolean();

  FakeWatchStream(Runnable onMessages) {
    this.onMessages = onMessages;
  }

  void say(WatchMessage message) {
    messages.add(message);
    onMessages.run();
  }

  int unread() {
    return messages.size();
  }

  @Override
  public void create(long watchId, WatchSpec spec) {
    specs.add(spec);
    asked.add("create " + watchId);
  }

  @Override
  public void cancel(long watchId) {
    asked.add("cancel " + watchId);
  }

  @Override
  public void requestProgress() {
    asked.add("progress");
  }

  @Override
  public @Nullable WatchMessage poll() {
    if (!polling.compareAndSet(false, true)) {
      polledByTwo.set(true);
    }
    try {
      return messages.poll();
    } finally {
      polling.set(false);
    }
  }

  @Override
  public void close() {
    closed.complete(null);
  }
}
