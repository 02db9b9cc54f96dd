package io.metastore.core.disk;

import java.io.InterruptedIOException;
import java.io.Serial;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes writers wait while the disk is full. Only this class detects a full disk; it does so by the
 * error text, because neither Java nor RocksDB's Java API exposes the error number.
 *
 * <p>Static, because Ratis itself creates the writers of the log; several members in one process
 * are distinguished by their data directories. Thread-safe.
 */
public final class FullDisk {
  private static final Logger LOG = LoggerFactory.getLogger(FullDisk.class);

  /** The C library's texts for ENOSPC and EDQUOT. */
  private static final List<String> TEXTS =
      List.of("No space left on device", "Disk quota exceeded");

  private static final long PAUSE_MS = 100;

  private static final Set<Wait> WAITS = ConcurrentHashMap.newKeySet();

  /** Data directories of members that are closing; writers to them no longer wait. */
  private static final Set<Path> CLOSING = ConcurrentHashMap.newKeySet();

  /** A waiting writer. Compared by identity. */
  private static final class Wait {
    final Path path;
    final long sinceNanos = System.nanoTime();

    Wait(Path path) {
      this.path = path;
    }
  }

  /** A write that can be repeated after it failed. */
  @FunctionalInterface
  public interface Step<T, X extends Exception> {
    T run() throws X;
  }

  /** The member was closed while the write waited for disk space. */
  public static final class WaitEnded extends InterruptedIOException {
    @Serial private static final long serialVersionUID = 1L;

    WaitEnded(Path path, Exception cause) {
      super("the disk was full until the member was closed: " + path);
      initCause(cause);
    }
  }

  private FullDisk() {}

  /** Whether a failure, or one of its causes, reports a full disk. */
  public static boolean isCauseOf(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null && TEXTS.stream().anyMatch(message::contains)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a failure was caused by closing the member while the disk was full. */
  public static boolean isWaitEnded(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof WaitEnded) {
        return true;
      }
    }
    return false;
  }

  /**
   * Runs a write and repeats it while the disk is full. Blocks meanwhile.
   *
   * @param path absolute path that is written
   * @throws WaitEnded if the member is closed first
   * @throws X if the write failed for another reason
   */
  public static <T, X extends Exception> T retry(Path path, Step<T, X> step) throws X, WaitEnded {
    @Nullable Wait wait = null;
    try {
      while (true) {
        try {
          return step.run();
        } catch (Exception e) {
          if (!isCauseOf(e)) {
            throw e;
          }
          if (wait == null) {
            wait = begin(path);
          }
          pause(path, e);
        }
      }
    } finally {
      if (wait != null) {
        WAITS.remove(wait);
        LOG.atInfo().addKeyValue("path", path).log("no longer waiting for disk space");
      }
    }
  }

  private static Wait begin(Path path) {
    Wait wait = new Wait(path);
    WAITS.add(wait);
    LOG.atError().addKeyValue("path", path).log("disk is full; waiting for space");
    return wait;
  }

  private static void pause(Path path, Exception failure) throws WaitEnded {
    if (CLOSING.stream().anyMatch(path::startsWith)) {
      throw new WaitEnded(path, failure);
    }
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitEnded(path, failure);
    }
  }

  /**
   * How long the longest waiting writer below a directory has been waiting; 0 if none is waiting.
   *
   * @param directory absolute
   */
  public static long waitingMs(Path directory) {
    long now = System.nanoTime();
    return WAITS.stream()
        .filter(wait -> wait.path.startsWith(directory))
        .mapToLong(wait -> 1 + TimeUnit.NANOSECONDS.toMillis(now - wait.sinceNanos))
        .max()
        .orElse(0);
  }

  /**
   * Starts or ends the closing of the member with this data directory; while it is closing, its
   * writers do not wait for space.
   *
   * @param directory absolute
   */
  public static void closing(Path directory, boolean closing) {
    if (closing) {
      CLOSING.add(directory);
    } else {
      CLOSING.remove(directory);
    }
  }
}
