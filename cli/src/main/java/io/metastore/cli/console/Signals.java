package io.metastore.cli.console;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Hears of signals for as long as it is open, instead of being ended by them.
 *
 * <p>By reflection, because the compiler warns of {@code sun.misc.Signal} and nothing silences it,
 * although {@code jdk.unsupported} exports it for uses like this.
 */
public final class Signals implements AutoCloseable {
  private final Map<String, Object> before = new HashMap<>();
  private final CompletableFuture<String> first = new CompletableFuture<>();
  private volatile Consumer<String> listener = name -> {};

  /** Of these names, each without {@code SIG}. */
  public Signals(String... names) {
    for (String name : names) {
      before.put(name, handle(name, handler(name)));
    }
  }

  /** Done when a signal has come, with its name. */
  public CompletableFuture<String> first() {
    return first;
  }

  /** Who hears of every signal from now on, on a thread of its own. */
  public void tell(Consumer<String> to) {
    listener = to;
  }

  /** What a process ends with that is ended by the signal. */
  public static int exitCode(String name) {
    return switch (name) {
      case "HUP" -> 128 + 1;
      case "INT" -> 128 + 2;
      default -> 128 + 15;
    };
  }

  /** Has the system do from now on what it does by default with a signal. */
  public static void leaveToSystem(String name) {
    try {
      handle(name, Class.forName("sun.misc.SignalHandler").getField("SIG_DFL").get(null));
    } catch (ReflectiveOperationException e) {
      throw noSignals(e);
    }
  }

  /** Gives the signals back to whoever had them. */
  @Override
  public void close() {
    before.forEach(Signals::handle);
  }

  private Object handler(String name) {
    try {
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      return Proxy.newProxyInstance(
          Signals.class.getClassLoader(),
          new Class<?>[] {handlerType},
          (proxy, method, arguments) -> {
            first.complete(name);
            listener.accept(name);
            return null;
          });
    } catch (ClassNotFoundException e) {
      throw noSignals(e);
    }
  }

  private static Object handle(String name, Object handler) {
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      return signalType
          .getMethod("handle", signalType, Class.forName("sun.misc.SignalHandler"))
          .invoke(null, signal, handler);
    } catch (InvocationTargetException e) {
      // The JVM was told to leave signals alone (-Xrs), or the process ignores this one (nohup).
      throw new IllegalStateException("cannot handle SIG" + name, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw noSignals(e);
    }
  }

  private static IllegalStateException noSignals(Exception cause) {
    return new IllegalStateException("this Java has no sun.misc.Signal", cause);
  }
}
