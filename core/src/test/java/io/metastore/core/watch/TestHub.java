package io.metastore.core.watch;

import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.api.WatchStream;
import io.metastore.core.command.Command;
import io.metastore.core.machine.Applied;
import io.metastore.core.machine.Commands;
import io.metastore.core.machine.TestMachine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A hub connected to a machine as in a node. The test's thread is the apply thread. */
final class TestHub implements AutoCloseable {
  static final WatchLimits ROOMY = new WatchLimits(64 << 20, 64 << 20, 64 << 20, 600_000);

  private final TestMachine machine;
  private final WatchHub hub;
  private final Thread thread;

  TestHub(TestMachine machine, WatchLimits limits) {
    this.machine = machine;
    this.hub = new WatchHub(machine::view, limits, new LongAdder());
    CompletableFuture<Thread> started = new CompletableFuture<>();
    hub.execute(() -> started.complete(Thread.currentThread()));
    this.thread = started.join();
  }

  Applied apply(Command... commands) {
    Applied applied = machine.apply(commands);
    hub.offer(applied);
    return applied;
  }

  void reset() {
    hub.reset();
  }

  /** A stream for watchers that are not registered with the hub. */
  HubStream hubStream() {
    return new HubStream(hub, () -> {});
  }

  TestStream openStream() {
    return new TestStream();
  }

  /** Ends the hub's thread; the machine may be closed afterwards. */
  @Override
  public void close() {
    hub.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Watches {@code key}, or a range, from {@code startRevision}. */
  static WatchSpec spec(String key, String rangeEnd, long startRevision) {
    return new WatchSpec(
        Commands.bytes(key), Commands.bytes(rangeEnd), startRevision, true, true, true, false);
  }

  /** A stream whose messages the test can wait for. */
  final class TestStream {
    private final Semaphore arrived = new Semaphore(0);
    private final WatchStream stream = hub.openStream(arrived::release);
    private boolean probing;

    void create(long watchId, WatchSpec spec) {
      stream.create(watchId, spec);
    }

    void cancel(long watchId) {
      stream.cancel(watchId);
    }

    void requestProgress() {
      stream.requestProgress();
    }

    void close() {
      stream.close();
    }

    @Nullable WatchMessage poll() {
      return stream.poll();
    }

    /** Waits for the next message. */
    WatchMessage next() {
      WatchMessage message = tryNext(TimeUnit.SECONDS.toMillis(30));
      if (message == null) {
        throw new AssertionError("no message came");
      }
      return message;
    }

    /** Waits for the next message; null if none arrives in time. */
    @Nullable WatchMessage tryNext(long waitMs) {
      WatchMessage message = stream.poll();
      try {
        while (message == null) {
          if (!arrived.tryAcquire(waitMs, TimeUnit.MILLISECONDS)) {
            return null;
          }
          message = stream.poll();
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return message;
    }

    /**
     * Takes the messages up to the answer to a progress request. The request is repeated until all
     * watchers have caught up; a watcher of a key that is never written ensures that the stream has
     * one. No watcher of the stream may start in the future.
     */
    void drain(Consumer<WatchMessage> visitor) {
      if (!probing) {
        probing = true;
        create(Long.MAX_VALUE, spec("no such key", "", 0));
      }
      while (true) {
        requestProgress();
        WatchMessage message = tryNext(20);
        while (message != null) {
          visitor.accept(message);
          if (message instanceof WatchMessage.StreamProgress) {
            return;
          }
          message = tryNext(20);
        }
      }
    }
  }
}
