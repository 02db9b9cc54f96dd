package io.metastore.core.node;

import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.Compact;
import io.metastore.core.node.SpaceConfig.AutoCompaction;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts by itself, while this member leads: everything older than a time, or all but the newest
 * revisions. Source: etcd's {@code v3compactor}, whose intervals and log lines these are.
 *
 * <p>{@link #tick} is called by one thread; what it proposed may end on any.
 */
final class AutoCompactor {
  private static final Logger LOG = LoggerFactory.getLogger(AutoCompactor.class);

  private final @Nullable Schedule schedule;
  private final LongSupplier nanoClock;
  private final LongSupplier revisions;
  private final BooleanSupplier leads;
  private final Function<Command, CompletableFuture<Outcome>> proposer;
  private long turnNanos;
  private volatile boolean running;

  /** Says what to compact. Its methods but {@link #compacted} are called by the ticking thread. */
  private interface Schedule {
    /** Between two turns, and before a failed compaction is tried again. */
    Duration interval();

    /**
     * Takes a turn.
     *
     * @param revision the newest one
     * @return the revision to compact at; 0 if nothing is due
     */
    long turn(long revision, long nowNanos, boolean leads);

    /** Takes notice of a compaction that is done. */
    void compacted(long revision, long nowNanos);

    /** Its name in log lines. */
    String name();

    /** Its setting, for log lines: the name and the value. */
    String settingName();

    Object setting();
  }

  /**
   * @param nanoClock monotonic
   * @param revisions tells the newest revision
   */
  AutoCompactor(
      AutoCompaction config,
      LongSupplier nanoClock,
      LongSupplier revisions,
      BooleanSupplier leads,
      Function<Command, CompletableFuture<Outcome>> proposer) {
    this.nanoClock = nanoClock;
    this.revisions = revisions;
    this.leads = leads;
    this.proposer = proposer;
    long now = nanoClock.getAsLong();
    if (config instanceof AutoCompaction.Periodic periodic) {
      this.schedule = new ByAge(periodic.age(), revisions.getAsLong(), now);
    } else if (config instanceof AutoCompaction.ByRevision byRevision) {
      this.schedule = new ByRevision(byRevision.revisions());
    } else {
      this.schedule = null;
    }
    this.turnNanos = now;
  }

  /** Proposes what is due. Called often; cheap when nothing is. */
  void tick() {
    long now = nanoClock.getAsLong();
    if (schedule == null || running || now - turnNanos < schedule.interval().toNanos()) {
      return;
    }
    turnNanos = now;
    long revision = schedule.turn(revisions.getAsLong(), now, leads.getAsBoolean());
    if (revision > 0) {
      compact(schedule, revision);
    }
  }

  private void compact(Schedule due, long revision) {
    running = true;
    long start = nanoClock.getAsLong();
    LOG.atInfo()
        .addKeyValue("revision", revision)
        .addKeyValue(due.settingName(), due.setting())
        .log("starting auto {} compaction", due.name());
    Compact compact = Compact.newBuilder().setRevision(revision).setAutomatic(true).build();
    proposer
        .apply(Command.newBuilder().setCompact(compact).build())
        .whenComplete(
            (outcome, failure) -> {
              if (failure == null && isCompacted(outcome)) {
                long now = nanoClock.getAsLong();
                due.compacted(revision, now);
                LOG.atInfo()
                    .addKeyValue("revision", revision)
                    .addKeyValue(due.settingName(), due.setting())
                    .addKeyValue("took", Duration.ofNanos(now - start))
                    .log("completed auto {} compaction", due.name());
              } else {
                LOG.atWarn()
                    .addKeyValue("revision", revision)
                    .addKeyValue(due.settingName(), due.setting())
                    .addKeyValue("retry-interval", due.interval())
                    .addKeyValue("error", failure == null ? outcome : failure.toString())
                    .log("failed auto {} compaction", due.name());
              }
              running = false;
            });
  }

  private static boolean isCompacted(Outcome outcome) {
    return !(outcome instanceof Outcome.Failed failed)
        || failed.failure().code() == FailureCode.COMPACTED;
  }

  /**
   * Notes the newest revision ten times per interval, and compacts at the one noted a retention
   * time ago: first after the whole time, then once per interval, which is the time itself but one
   * hour at most.
   */
  private static final class ByAge implements Schedule {
    private static final Duration INTERVAL_MAX = Duration.ofHours(1);
    private static final int TURNS_PER_INTERVAL = 10;

    private final Duration age;
    private final Duration interval;
    private final int notedMax;
    private final Deque<Long> noted = new ArrayDeque<>();
    private boolean compactedOnce;
    private volatile long successNanos;

    ByAge(Duration age, long revision, long nowNanos) {
      this.age = age;
      this.interval = age.compareTo(INTERVAL_MAX) > 0 ? INTERVAL_MAX : age;
      this.notedMax = (int) age.dividedBy(interval()) + 1;
      this.successNanos = nowNanos;
      noted.add(revision);
    }

    @Override
    public Duration interval() {
      Duration turns = interval.dividedBy(TURNS_PER_INTERVAL);
      return turns.isZero() ? Duration.ofNanos(1) : turns;
    }

    @Override
    public long turn(long revision, long nowNanos, boolean leads) {
      Duration wait = compactedOnce ? interval : age;
      boolean due = leads && nowNanos - successNanos >= wait.toNanos();
      compactedOnce |= due;
      long oldest = noted.getFirst();
      noted.add(revision);
      if (noted.size() > notedMax) {
        noted.removeFirst();
      }
      return due ? oldest : 0;
    }

    @Override
    public void compacted(long revision, long nowNanos) {
      successNanos = nowNanos;
    }

    @Override
    public String name() {
      return "periodic";
    }

    @Override
    public String settingName() {
      return "compact-period";
    }

    @Override
    public Object setting() {
      return age;
    }
  }

  /** Every five minutes, unless nothing was written since. */
  private static final class ByRevision implements Schedule {
    private static final Duration INTERVAL = Duration.ofMinutes(5);

    private final long retained;
    private volatile long compactedRevision;

    ByRevision(long retained) {
      this.retained = retained;
    }

    @Override
    public Duration interval() {
      return INTERVAL;
    }

    @Override
    public long turn(long revision, long nowNanos, boolean leads) {
      long due = revision - retained;
      return leads && due > 0 && due != compactedRevision ? due : 0;
    }

    @Override
    public void compacted(long revision, long nowNanos) {
      compactedRevision = revision;
    }

    @Override
    public String name() {
      return "revision";
    }

    @Override
    public String settingName() {
      return "revision-compaction-retention";
    }

    @Override
    public Object setting() {
      return retained;
    }
  }
}
