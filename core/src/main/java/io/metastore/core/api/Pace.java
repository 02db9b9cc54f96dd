package io.metastore.core.api;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * How fast a long background task may go. For use by one thread, which waits in {@link #worked}.
 */
public interface Pace {
  /** As fast as possible. */
  Pace UNLIMITED = bytes -> {};

  /** The task has processed so many more bytes. */
  void worked(int bytes);

  /**
   * Leaves half of the time to others while the store is written to, and goes at full speed
   * otherwise.
   *
   * @param revision the newest revision of the store
   */
  static Pace besideWrites(LongSupplier revision) {
    return new BesideWrites(revision);
  }

  /** See {@link #besideWrites}. */
  final class BesideWrites implements Pace {
    private static final int STEP_BYTES = 1 << 20;
    private static final long REST_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

    private final LongSupplier revision;
    private long seenRevision;
    private long begunNanos;
    private int stepBytes;

    private BesideWrites(LongSupplier revision) {
      this.revision = revision;
      beginStep();
    }

    @Override
    public void worked(int bytes) {
      stepBytes += bytes;
      if (stepBytes >= STEP_BYTES) {
        if (revision.getAsLong() != seenRevision) {
          LockSupport.parkNanos(Math.min(System.nanoTime() - begunNanos, REST_NANOS_MAX));
        }
        beginStep();
      }
    }

    private void beginStep() {
      stepBytes = 0;
      seenRevision = revision.getAsLong();
      begunNanos = System.nanoTime();
    }
  }
}
