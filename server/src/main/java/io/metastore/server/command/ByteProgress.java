package io.metastore.server.command;

import io.metastore.cli.console.Console;
import java.util.function.LongConsumer;

/** Prints how far a long command is, on standard error, at most once a second. */
final class ByteProgress implements LongConsumer {
  private static final long PAUSE_NANOS = 1_000_000_000;
  private static final double MEGABYTE = 1e6;

  private final Console console;
  private final String what;
  private final long start = System.nanoTime();
  private long printed = start;

  /**
   * @param what begins each line, such as {@code imported}
   */
  ByteProgress(Console console, String what) {
    this.console = console;
    this.what = what;
  }

  @Override
  public void accept(long bytes) {
    long now = System.nanoTime();
    if (now - printed >= PAUSE_NANOS) {
      printed = now;
      console.note(text(bytes));
    }
  }

  /** Such as {@code imported 120 MB, 60 MB/s}. */
  String text(long bytes) {
    double seconds = (System.nanoTime() - start) / (double) PAUSE_NANOS;
    return "%s %.0f MB, %.0f MB/s"
        .formatted(what, bytes / MEGABYTE, bytes / MEGABYTE / Math.max(seconds, 0.001));
  }
}
