package io.metastore.server;

import io.metastore.core.raft.ProcessStopper;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the process, cleanly if there is a choice: stops first what was started last. */
final class Stopper implements ProcessStopper {
  private static final Logger LOG = LoggerFactory.getLogger(Stopper.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final AtomicBoolean leaving = new AtomicBoolean();

  /** Something to be stopped cleanly. */
  synchronized void add(AutoCloseable part) {
    parts.push(part);
  }

  /** It was stopped. */
  synchronized void forget(AutoCloseable part) {
    parts.remove(part);
  }

  /** Stops all parts. */
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

  /** As after SIGTERM, but of our own accord, and so successfully. Returns at once. */
  void leave() {
    if (!leaving.compareAndSet(false, true)) {
      return;
    }
    // The caller may be a thread of what is to be stopped.
    new Thread(
            () -> {
              stopParts();
              Runtime.getRuntime().halt(0);
            },
            "leave")
        .start();
  }

  /** At once: a member that may not go on must not run its hooks either. */
  @Override
  public void stop(String why, Throwable cause) {
    LOG.atError().setCause(cause).addKeyValue("why", why).log("cannot go on; halting");
    Runtime.getRuntime().halt(Main.EXIT_FAILED);
  }

  @Override
  public void removed() {
    leave();
  }
}
