package io.metastore.bench.faults;

import io.metastore.bench.faults.testbed.Findings;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Causes one fault after the other, on its own thread, until it is stopped. Each fault has been
 * removed when the next one begins, and when the thread has ended.
 */
abstract class FaultSource implements Runnable {
  private static final int SHORT_MS = 1_200;

  /** Between two faults of a source. */
  private static final int CALM_MAX_MS = 2_500;

  /** Longer than any session or lease of the clients lives after its last renewal. */
  private static final int LONG_MS = 8_000;

  private final List<Fault> mix;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Findings findings;
  final Random random;
  final FaultLog log;

  /**
   * @param mix the faults to choose from
   * @param seed all choices follow from it
   */
  FaultSource(List<Fault> mix, long seed, FaultLog log, Findings findings) {
    this.mix = List.copyOf(mix);
    this.random = new Random(seed);
    this.log = log;
    this.findings = findings;
  }

  /** Causes a fault, waits, and removes it. */
  abstract void cause(Fault fault) throws InterruptedException;

  @Override
  public final void run() {
    try {
      while (!pause(random.nextInt(CALM_MAX_MS))) {
        cause(mix.get(random.nextInt(mix.size())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      findings.violation("the run itself failed: " + e);
    }
  }

  final void stop() {
    stopped.countDown();
  }

  /** Waits, at most until it is stopped, and returns whether it is. */
  final boolean pause(long ms) throws InterruptedException {
    return stopped.await(ms, TimeUnit.MILLISECONDS);
  }

  /** How long the next fault lasts: mostly a moment, sometimes longer than leases live. */
  final int someMs() {
    return 1 + random.nextInt(random.nextInt(3) == 0 ? LONG_MS : SHORT_MS);
  }
}
