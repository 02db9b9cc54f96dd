package io.metastore.core.node;

import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.ChangeAlarm;
import io.metastore.core.command.Command;
import io.metastore.core.machine.SpaceCost;
import io.metastore.core.machine.StoreMachine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses commands that need space, before they reach the log: when the tables have reached the
 * quota, when the disk is nearly full, or when an alarm forbids them.
 *
 * <p>A change of znodes is proposed even then, after the alarm, and refused when it is applied: a
 * session whose numbered request is missing from the log could not continue.
 *
 * <p>The checks of this member's own space only affect commands submitted on this member. For all
 * members, commands are refused by the alarm, which is in the log, so that all replicas decide
 * alike. Thread-safe.
 */
final class SpaceGate {
  private static final Logger LOG = LoggerFactory.getLogger(SpaceGate.class);

  private final long memberId;
  private final long quotaBytes;
  private final BooleanSupplier diskLow;
  private final Supplier<StoreMachine> machines;
  private final LongSupplier revision;
  private final Function<Command, CompletableFuture<Outcome>> proposer;
  private final Supplier<CompletableFuture<Void>> barrier;

  /** As of the last {@link #sample}; asking RocksDB for every command would be too slow. */
  private volatile long sizeBytes;

  /**
   * Completes when the alarm that is being raised has been raised; null if none is being raised.
   */
  private final AtomicReference<@Nullable CompletableFuture<Void>> raising =
      new AtomicReference<>();

  /**
   * @param quotaBytes negative for no quota
   * @param diskLow whether the disk is nearly full
   * @param revision returns the newest revision
   * @param barrier completes when this member has applied everything committed before
   */
  SpaceGate(
      long memberId,
      long quotaBytes,
      BooleanSupplier diskLow,
      Supplier<StoreMachine> machines,
      LongSupplier revision,
      Function<Command, CompletableFuture<Outcome>> proposer,
      Supplier<CompletableFuture<Void>> barrier) {
    this.memberId = memberId;
    this.quotaBytes = quotaBytes;
    this.diskLow = diskLow;
    this.machines = machines;
    this.revision = revision;
    this.proposer = proposer;
    this.barrier = barrier;
  }

  /** Measures the tables, and raises the alarm if the disk is nearly full. Called regularly. */
  void look() {
    sample();
    if (diskLow.getAsBoolean()) {
      var unused = raiseAlarm();
    }
  }

  /** Measures the tables. */
  void sample() {
    sizeBytes = machines.get().storage().sizeBytes();
  }

  /** Proposes a command, unless it needs space and there is none. */
  CompletableFuture<Outcome> submit(Command command) {
    long cost = SpaceCost.of(command);
    if (cost > 0 && !hasSpace(cost)) {
      CompletableFuture<Void> raised = raiseAlarm();
      if (!command.hasTreeChange()) {
        Failure failure =
            Failure.of(FailureCode.NO_SPACE, "sizeBytes", sizeBytes, "quotaBytes", quotaBytes);
        return raised.thenApply(done -> failed(failure));
      }
    }
    // A session's requests are numbered: one that is missing from the log would end the session.
    if (command.hasTreeChange() || findAlarmRefusal(command) == null) {
      return proposer.apply(command);
    }
    // The alarm may have been cleared by an entry that this member has not applied yet.
    return barrier
        .get()
        .thenCompose(
            opened -> {
              Failure failure = findAlarmRefusal(command);
              return failure == null
                  ? proposer.apply(command)
                  : CompletableFuture.completedFuture(failed(failure));
            });
  }

  private boolean hasSpace(long cost) {
    return !diskLow.getAsBoolean() && (quotaBytes < 0 || sizeBytes + cost < quotaBytes);
  }

  private @Nullable Failure findAlarmRefusal(Command command) {
    return machines.get().findAlarmRefusal(command);
  }

  private Outcome failed(Failure failure) {
    return new Outcome.Failed(revision.getAsLong(), failure);
  }

  /**
   * Raises the alarm. The future never fails; it completes when the alarm is raised or could not
   * be.
   */
  private CompletableFuture<Void> raiseAlarm() {
    Alarm alarm = Alarm.newBuilder().setKind(Alarm.Kind.NOSPACE).setMemberId(memberId).build();
    if (machines.get().alarms().contains(alarm)) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> others = raising.compareAndExchange(null, mine);
    if (others != null) {
      return others;
    }
    LOG.atWarn()
        .addKeyValue("alarm", alarm.getKind())
        .addKeyValue("size-bytes", sizeBytes)
        .addKeyValue("quota-size-bytes", quotaBytes)
        .addKeyValue("disk-nearly-full", diskLow.getAsBoolean())
        .log("raising alarm");
    ChangeAlarm change = ChangeAlarm.newBuilder().setAlarm(alarm).setRaised(true).build();
    proposer
        .apply(Command.newBuilder().setChangeAlarm(change).build())
        .whenComplete(
            (outcome, failure) -> {
              raising.set(null);
              mine.complete(null);
            });
    return mine;
  }
}
