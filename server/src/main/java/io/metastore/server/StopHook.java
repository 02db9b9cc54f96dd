package io.metastore.server;

/**
 * Turns a signal (SIGTERM, SIGINT, SIGHUP) into a clean stop with exit code 0.
 *
 * <p>The JVM alone would end with 128 plus the signal's number, which service managers count as a
 * failure. etcd dies of the signal itself, or as a container's first process ends with 0.
 */
final class StopHook {

  private StopHook() {}

  /**
   * Runs {@code stop} when the process is asked to end. To end it with another code than 0 from
   * then on, halt it.
   */
  static void install(Runnable stop) {
    Thread hook =
        new Thread(
            () -> {
              stop.run();
              // The only way to choose the code once a signal has been taken.
              Runtime.getRuntime().halt(0);
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }
}
