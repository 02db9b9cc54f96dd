package io.metastore.server;

import io.metastore.core.raft.ProcessStopper;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process, cleanly where possible: parts are stopped in the reverse order of their start.
 */
final class Stopper implements ProcessStopper {
  private static final Logger LOG = LoggerFactory.getLogger(Stopper.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final AtomicBoolean leaving = new AtomicBoolean();

  /** Adds a part that is to be stopped cleanly. */
  synchronized void add(AutoCloseable part) {
    parts.push(part);
  }

  /** Removes a part that has been stopped. */
  synchronized void forget(AutoCloseable part) {
    parts.remove(part);
  }

  /** Stops all parts, the last one first. */
  synchronized void stopParts() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.atWarn().setCause(e).addKeyValue("part", part).log("did not stop cleanly");
      }
    }
  }

  /** Stops cleanly as after SIGTERM, but with exit code 0. Returns at once. */
  void leave() {
    if (!leaving.compareAndSet(false, true)) {
      return;
    }
    // On a new thread, because the caller's thread may belong to a part that is stopped.
    new Thread(
            () -> {
              stopParts();
              Runtime.getRuntime().halt(0);
            },
            "leave")
        .start();
  }

  /**
   * Halts at once, because a member that must not continue must not run its shutdown hooks either.
   */
  @Override
  public void stop(String why, Throwable cause) {
    LOG.atError().setCause(cause).addKeyValue("why", why).log("cannot continue; halting");
    Runtime.getRuntime().halt(Main.EXIT_FAILED);
  }

  @Override
  public void removed() {
    leave();
  }
}
