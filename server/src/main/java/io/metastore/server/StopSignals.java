package io.metastore.server;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process as etcd ends: on SIGTERM and SIGINT a clean stop, and then the signal's own
 * doing, so that whoever waits for the process sees that it obeyed.
 *
 * <p>The JVM alone would exit with 128 plus the signal's number. A shell sees no difference, but
 * service managers do: to them such an exit is a failure.
 *
 * <p>By reflection, because the compiler warns of {@code sun.misc.Signal} and nothing silences it,
 * although {@code jdk.unsupported} exports it for uses like this.
 */
final class StopSignals {
  private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

  /** Numbers by name; etcd, too, leaves other signals alone. */
  private static final Map<String, Integer> SIGNALS = Map.of("TERM", 15, "INT", 2);

  /**
   * Set by the launcher for a run that writes an archive of class data, which the JVM does when it
   * exits, but not when a signal ends it.
   */
  private static final String EXITS = "metastore.exits";

  private final Class<?> signalType;
  private final Class<?> handlerType;
  private final Runnable stop;
  private final AtomicBoolean asked = new AtomicBoolean();

  private StopSignals(Runnable stop) throws ReflectiveOperationException {
    this.signalType = Class.forName("sun.misc.Signal");
    this.handlerType = Class.forName("sun.misc.SignalHandler");
    this.stop = stop;
  }

  /** Runs {@code stop} once when the process is asked to end, then ends it. */
  static void install(Runnable stop) {
    try {
      StopSignals signals = new StopSignals(stop);
      for (Map.Entry<String, Integer> signal : SIGNALS.entrySet()) {
        signals.handle(signal.getKey(), signals.handler(signal.getKey(), signal.getValue()));
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java has no sun.misc.Signal", e);
    }
  }

  private void received(String name, int number) {
    if (!asked.compareAndSet(false, true)) {
      return;
    }
    LOG.atInfo().addKeyValue("signal", "SIG" + name).log("received signal; shutting down");
    stop.run();
    if (ProcessHandle.current().pid() == 1) {
      // The kernel spares the first process of a container; etcd ends with 0 there.
      Runtime.getRuntime().halt(0);
    }
    if (!Boolean.getBoolean(EXITS)) {
      dieOf(name);
    }
    Runtime.getRuntime().halt(128 + number);
  }

  private void dieOf(String name) {
    try {
      handle(name, handlerType.getField("SIG_DFL").get(null));
      // The JVM raises no signal that it does not handle, and the JDK ends no process that is it.
      String command = "kill -s " + name + " " + ProcessHandle.current().pid();
      new ProcessBuilder("sh", "-c", command).start().waitFor();
    } catch (ReflectiveOperationException | IOException e) {
      LOG.atWarn().setCause(e).log("cannot end by the signal");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the JVM calls on a new thread for every such signal. */
  private Object handler(String name, int number) {
    return Proxy.newProxyInstance(
        StopSignals.class.getClassLoader(),
        new Class<?>[] {handlerType},
        (proxy, method, arguments) -> {
          received(name, number);
          return null;
        });
  }

  private void handle(String name, Object handler) throws ReflectiveOperationException {
    Method handle = signalType.getMethod("handle", signalType, handlerType);
    handle.invoke(null, signal(name), handler);
  }

  private Object signal(String name) throws ReflectiveOperationException {
    return signalType.getConstructor(String.class).newInstance(name);
  }
}
