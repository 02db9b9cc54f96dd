package io.metastore.server;

import io.metastore.cli.console.Signals;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process as etcd ends: on SIGTERM and SIGINT a clean stop, and then the signal's own
 * doing, so that whoever waits for the process sees that it obeyed.
 *
 * <p>The JVM alone would exit with 128 plus the signal's number. A shell sees no difference, but
 * service managers do: to them such an exit is a failure.
 */
final class StopSignals {
  private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

  /** etcd, too, leaves other signals alone. */
  private static final String[] SIGNALS = {"TERM", "INT"};

  private final Runnable stop;

  private StopSignals(Runnable stop) {
    this.stop = stop;
  }

  /** Runs {@code stop} once when the process is asked to end, then ends it. */
  static void install(Runnable stop) {
    StopSignals stopping = new StopSignals(stop);
    new Signals(SIGNALS).first().thenAccept(stopping::received);
  }

  private void received(String name) {
    LOG.atInfo().addKeyValue("signal", "SIG" + name).log("received signal; shutting down");
    stop.run();
    if (ProcessHandle.current().pid() == 1) {
      // The kernel spares the first process of a container; etcd ends with 0 there.
      Runtime.getRuntime().halt(0);
    }
    dieOf(name);
    Runtime.getRuntime().halt(Signals.exitCode(name));
  }

  private static void dieOf(String name) {
    Signals.leaveToSystem(name);
    try {
      // The JVM raises no signal that it does not handle, and the JDK ends no process that is it.
      String command = "kill -s " + name + " " + ProcessHandle.current().pid();
      new ProcessBuilder("sh", "-c", command).start().waitFor();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("cannot end by the signal");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
