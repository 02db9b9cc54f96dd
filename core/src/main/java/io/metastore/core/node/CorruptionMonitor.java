package io.metastore.core.node;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the members' data before this member serves clients, and periodically on the leader, on
 * the thread {@code corruption}, which exists only if a comparison is configured.
 */
final class CorruptionMonitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CorruptionMonitor.class);
  private static final long START_RETRY_MS = 500;

  private final CorruptionCheck check;
  private final BooleanSupplier leads;
  private final Supplier<CompletableFuture<Long>> point;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Threads.named("corruption"));

  /**
   * @param leads whether this member is the leader
   * @param barrier waits until everything that any member has applied is applied here
   * @param point makes a hash point, and completes with its log index
   * @param compacted the compacted revision of this member
   * @param alarm receives the ID of a member with wrong data, or {@link
   *     HashComparison#WHOLE_CLUSTER}
   */
  CorruptionMonitor(
      CorruptionConfig config,
      CorruptionCheck check,
      BooleanSupplier leads,
      Supplier<CompletableFuture<Void>> barrier,
      Supplier<CompletableFuture<Long>> point,
      LongSupplier compacted,
      LongConsumer alarm) {
    this.check = check;
    this.leads = leads;
    this.point = point;
    every(
        config.interval(),
        () -> {
          Long blamed = check.atNewest(barrier);
          if (blamed != null) {
            alarm.accept(blamed);
          }
        });
    every(config.interval(), () -> check.atPoint(point).forEach(alarm::accept));
    every(
        config.compactInterval(),
        () -> {
          long newest = compacted.getAsLong();
          if (check.isNewCompaction(newest)) {
            check.atCompaction(newest).forEach(alarm::accept);
            check.atPoint(point).forEach(alarm::accept);
          }
        });
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

  /**
   * Compares everything but keys before this member serves clients; retries until it could.
   *
   * @param passed called if no other data was found
   * @param failed called if this member must not serve clients
   */
  void beforeServing(Runnable passed, Consumer<IOException> failed) {
    thread.execute(
        () -> {
          try {
            check.beforeServing(point);
          } catch (IOException e) {
            failed.accept(e);
            return;
          } catch (RuntimeException e) {
            LOG.atWarn()
                .addKeyValue("error", String.valueOf(e))
                .log("could not compare this member's data; trying again");
            thread.schedule(
                () -> beforeServing(passed, failed), START_RETRY_MS, TimeUnit.MILLISECONDS);
            return;
          }
          passed.run();
        });
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
