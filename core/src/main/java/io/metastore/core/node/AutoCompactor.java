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
 * Compacts automatically while this member leads: by age or by number of revisions. Source: etcd's
 * {@code v3compactor}; intervals and log lines are the same.
 *
 * <p>One thread calls {@link #tick}; proposed compactions complete on any thread.
 */
final class AutoCompactor {
  private static final Logger LOG = LoggerFactory.getLogger(AutoCompactor.class);

  private final @Nullable Schedule schedule;
  private final LongSupplier nanoClock;
  private final LongSupplier revisions;
  private final BooleanSupplier leads;
  private final Function<Command, CompletableFuture<Outcome>> proposer;
  private long lastRunNanos;
  private volatile boolean running;

  /** Decides what to compact. Called by the ticking thread, except {@link #compacted}. */
  private interface Schedule {
    /**
     * Time between two calls of {@link #dueRevision}; also the delay before a failed compaction is
     * retried.
     */
    Duration interval();

    /**
     * Called once per interval.
     *
     * @param revision the newest revision
     * @return the revision to compact at; 0 if nothing is due
     */
    long dueRevision(long revision, long nowNanos, boolean leads);

    /** Records that a compaction has been done. */
    void compacted(long revision, long nowNanos);

    /** The schedule's name in log lines. */
    String name();

    /** The name of the setting in log lines. */
    String settingName();

    Object setting();
  }

  /**
   * @param nanoClock monotonic
   * @param revisions returns the newest revision
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
    this.lastRunNanos = now;
  }

  /** Proposes a compaction if one is due. To be called often; cheap if nothing is due. */
  void tick() {
    long now = nanoClock.getAsLong();
    if (schedule == null || running || now - lastRunNanos < schedule.interval().toNanos()) {
      return;
    }
    lastRunNanos = now;
    long revision = schedule.dueRevision(revisions.getAsLong(), now, leads.getAsBoolean());
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
   * Records the newest revision ten times per interval and compacts at the revision that was
   * recorded one retention time ago. The first compaction is due after the whole retention time,
   * later ones once per interval: the retention time, but at most one hour.
   */
  private static final class ByAge implements Schedule {
    private static final Duration INTERVAL_MAX = Duration.ofHours(1);
    private static final int RUNS_PER_INTERVAL = 10;

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
      Duration run = interval.dividedBy(RUNS_PER_INTERVAL);
      return run.isZero() ? Duration.ofNanos(1) : run;
    }

    @Override
    public long dueRevision(long revision, long nowNanos, boolean leads) {
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

  /** Keeps a number of revisions. Compacts every five minutes if there were writes. */
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
    public long dueRevision(long revision, long nowNanos, boolean leads) {
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
