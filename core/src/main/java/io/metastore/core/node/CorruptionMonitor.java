package io.metastore.core.node;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * On the leader, compares the members' data periodically, on the thread {@code corruption}, which
 * exists only if a comparison is configured.
 */
final class CorruptionMonitor implements AutoCloseable {
  private final BooleanSupplier leads;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Threads.named("corruption"));

  /**
   * @param leads whether this member is the leader
   * @param barrier waits until everything that any member has applied is applied here
   * @param compacted the compacted revision of this member
   * @param alarm receives the ID of a member with wrong data, or {@link
   *     HashComparison#WHOLE_CLUSTER}
   */
  CorruptionMonitor(
      CorruptionConfig config,
      CorruptionCheck check,
      BooleanSupplier leads,
      Supplier<CompletableFuture<Void>> barrier,
      LongSupplier compacted,
      LongConsumer alarm) {
    this.leads = leads;
    every(
        config.interval(),
        () -> {
          Long blamed = check.atNewest(barrier);
          if (blamed != null) {
            alarm.accept(blamed);
          }
        });
    every(
        config.compactInterval(),
        () -> check.atCompaction(compacted.getAsLong()).forEach(alarm::accept));
  }

  private void every(Duration interval, Runnable comparison) {
    if (!interval.isZero()) {
      Runnable onLeader =
          () -> {
            if (leads.getAsBoolean()) {
              comparison.run();
            }
          };
      thread.scheduleWithFixedDelay(
          Threads.unending(onLeader),
          interval.toMillis(),
          interval.toMillis(),
          TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
