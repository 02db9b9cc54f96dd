package io.metastore.core.node;

import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Slice;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides when to take a checkpoint: after many bytes of log, which bounds disk use and replay; or
 * after many commands and some time, so that a high rate of small commands does not cause
 * continuous checkpoints.
 *
 * <p>The apply thread reports entries; the housekeeping thread asks.
 */
final class CheckpointTrigger {
  private static final long BYTES_MAX = 128L << 20;
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final long commandsMax;
  private final AtomicLong commands = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean running;
  private volatile long lastNanos = System.nanoTime();

  CheckpointTrigger(long commandsMax) {
    this.commandsMax = commandsMax;
  }

  void applied(CommandBatch batch, long entryBytes) {
    long count = 0;
    for (Slice slice : batch.getSlicesList()) {
      count += slice.getCommandsCount();
    }
    commands.addAndGet(count);
    bytes.addAndGet(entryBytes);
  }

  /**
   * Whether a checkpoint is due; the caller then takes one and calls {@link #taken}.
   *
   * @param lowOnSpace whether disk space is low: then checkpoints are due earlier, because each one
   *     frees the log before it and older checkpoints
   */
  boolean isDue(boolean lowOnSpace) {
    long commandsDue = lowOnSpace ? 1 : commandsMax;
    boolean due =
        !running
            && (bytes.get() >= BYTES_MAX
                || (commands.get() >= commandsDue && System.nanoTime() - lastNanos >= PAUSE_NANOS));
    if (due) {
      running = true;
      commands.set(0);
      bytes.set(0);
    }
    return due;
  }

  void taken(boolean success) {
    lastNanos = System.nanoTime();
    running = false;
    if (!success) {
      commands.addAndGet(commandsMax); // retry after the pause
    }
  }
}
