package io.metastore.server.zookeeper;

import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Reports from time to time how many nodes have been handled. */
public final class Progress {
  private static final long INTERVAL_NANOS = 2_000_000_000L;

  private final Consumer<String> log;
  private final LongSupplier clock;
  private long lastNanos;
  private long count;

  /**
   * @param log receives a line
   * @param clock in nanoseconds
   */
  public Progress(Consumer<String> log, LongSupplier clock) {
    this.log = log;
    this.clock = clock;
    this.lastNanos = clock.getAsLong();
  }

  /** Reports something that is worth a line of its own. */
  void note(String line) {
    log.accept(line);
  }

  /**
   * Counts one more.
   *
   * @param done what has been done with them, such as {@code nodes read}
   */
  void step(String done) {
    count++;
    long now = clock.getAsLong();
    if (now - lastNanos >= INTERVAL_NANOS) {
      lastNanos = now;
      note("%,d %s".formatted(count, done));
    }
  }

  /** Starts to count from 0 again. */
  void restart() {
    count = 0;
  }
}
