package io.metastore.server;

import io.metastore.cli.console.Signals;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process as etcd does: on SIGTERM and SIGINT, it stops cleanly and then dies of the
 * signal, so that the parent process sees the signal as the cause.
 *
 * <p>The JVM alone would exit with 128 plus the signal's number. A shell sees no difference, but a
 * service manager treats such an exit as a failure.
 */
final class StopSignals {
  private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

  /** etcd does not handle other signals either. */
  private static final String[] SIGNALS = {"TERM", "INT"};

  private final Runnable stop;

  private StopSignals(Runnable stop) {
    this.stop = stop;
  }

  /** Runs {@code stop} once when the process receives a signal, then ends the process. */
  static void install(Runnable stop) {
    StopSignals stopping = new StopSignals(stop);
    new Signals(SIGNALS).first().thenAccept(stopping::received);
  }

  private void received(String name) {
    LOG.atInfo().addKeyValue("signal", "SIG" + name).log("received signal; shutting down");
    stop.run();
    if (ProcessHandle.current().pid() == 1) {
      // The kernel does not let the first process of a container die of a signal; etcd exits with 0
      // there.
      Runtime.getRuntime().halt(0);
    }
    dieOf(name);
    Runtime.getRuntime().halt(Signals.exitCode(name));
  }

  private static void dieOf(String name) {
    Signals.leaveToSystem(name);
    try {
      // An external command, because the JVM cannot raise a signal that it does not handle, and the
      // JDK cannot end its own process.
      String command = "kill -s " + name + " " + ProcessHandle.current().pid();
      new ProcessBuilder("sh", "-c", command).start().waitFor();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("could not end the process by the signal");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
