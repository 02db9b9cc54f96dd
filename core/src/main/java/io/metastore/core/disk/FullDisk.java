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
 * Lets writers wait while the disk is full. This is the one place that recognizes a full disk: by
 * the text of the error, because neither Java nor RocksDB's Java API tell its number.
 *
 * <p>Static, because Ratis creates the writers of the log itself; members of one process are told
 * apart by their data directories. Thread-safe.
 */
public final class FullDisk {
  private static final Logger LOG = LoggerFactory.getLogger(FullDisk.class);

  /** ENOSPC and EDQUOT, as the C library words them. */
  private static final List<String> TEXTS =
      List.of("No space left on device", "Disk quota exceeded");

  private static final long PAUSE_MS = 100;

  private static final Set<Wait> WAITS = ConcurrentHashMap.newKeySet();

  /** Data directories whose members are closing: nobody waits there any more. */
  private static final Set<Path> CLOSING = ConcurrentHashMap.newKeySet();

  /** A writer that waits since then. Compared by identity. */
  private static final class Wait {
    final Path path;
    final long sinceNanos = System.nanoTime();

    Wait(Path path) {
      this.path = path;
    }
  }

  /** One step of writing, which can be repeated if it failed. */
  @FunctionalInterface
  public interface Step<T, X extends Exception> {
    T run() throws X;
  }

  /** There was no space until the member was closed. */
  public static final class WaitEnded extends InterruptedIOException {
    @Serial private static final long serialVersionUID = 1L;

    WaitEnded(Path path, Exception cause) {
      super("the disk was full until the member was closed: " + path);
      initCause(cause);
    }
  }

  private FullDisk() {}

  /** Whether this failure, or one that caused it, is that of a full disk. */
  public static boolean isCauseOf(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null && TEXTS.stream().anyMatch(message::contains)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it failed only because the member is being closed while the disk is full. */
  public static boolean isWaitEnded(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof WaitEnded) {
        return true;
      }
    }
    return false;
  }

  /**
   * Runs a step of writing; if the disk is full, again and again until there is space. Blocks
   * meanwhile.
   *
   * @param path absolute: what is written
   * @throws WaitEnded if the member is closed first
   * @throws X if the step failed for another reason
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
   * For how long a writer has been waiting below a directory; 0 if none is.
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
   * A member is started over this data directory, or closed: then its writers no longer wait.
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
