package io.metastore.cli.console;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Receives signals while open, so that they do not end the process.
 *
 * <p>Uses reflection, because the compiler warns about {@code sun.misc.Signal} and the warning
 * cannot be suppressed, although the module {@code jdk.unsupported} exports the class for such
 * uses.
 */
public final class Signals implements AutoCloseable {
  private final Map<String, Object> before = new HashMap<>();
  private final CompletableFuture<String> first = new CompletableFuture<>();
  private volatile Consumer<String> listener = name -> {};

  /**
   * @param names signal names without {@code SIG}
   */
  public Signals(String... names) {
    for (String name : names) {
      before.put(name, handle(name, handler(name)));
    }
  }

  /** Completes with the name of the first signal received. */
  public CompletableFuture<String> first() {
    return first;
  }

  /** Calls {@code to} for every signal from now on, on a thread of its own. */
  public void tell(Consumer<String> to) {
    listener = to;
  }

  /** The conventional exit code of a process that was ended by the signal: 128 plus its number. */
  public static int exitCode(String name) {
    return switch (name) {
      case "HUP" -> 128 + 1;
      case "INT" -> 128 + 2;
      default -> 128 + 15;
    };
  }

  /** Restores the system's default action for a signal. */
  public static void leaveToSystem(String name) {
    try {
      handle(name, Class.forName("sun.misc.SignalHandler").getField("SIG_DFL").get(null));
    } catch (ReflectiveOperationException e) {
      throw noSignals(e);
    }
  }

  /** Restores the previous signal handlers. */
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
      // The JVM was started with -Xrs, or the process ignores this signal (nohup).
      throw new IllegalStateException("cannot handle SIG" + name, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw noSignals(e);
    }
  }

  private static IllegalStateException noSignals(Exception cause) {
    return new IllegalStateException("this JVM does not provide sun.misc.Signal", cause);
  }
}
