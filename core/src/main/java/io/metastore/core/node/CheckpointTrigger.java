package io.metastore.core.node;

import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Slice;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides when the log is folded into a checkpoint: after many bytes, which bounds the disk and the
 * replay, or after many commands and some time, so that small commands at a high rate do not make
 * one checkpoint after the other.
 *
 * <p>Fed by the apply thread, asked by the housekeeping thread.
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
   * Whether a checkpoint is due; if so the caller makes one and calls {@link #taken}.
   *
   * @param lowOnSpace whether space counts more than work: a checkpoint frees the log before it,
   *     and what older checkpoints kept
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
      commands.addAndGet(commandsMax); // try again after the pause
    }
  }
}
