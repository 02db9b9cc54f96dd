package io.metastore.core.node;

import io.metastore.core.api.Meters;
import io.metastore.core.kv.CompactionStep;
import io.metastore.core.machine.StoreMachine;
import io.metastore.core.machine.StoreView;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Physically removes what compactions made unreachable. It works in small slices with pauses in
 * between, so that other requests are not delayed. Runs on the thread {@code compactor}.
 */
final class Compactor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);

  private final Supplier<StoreMachine> machines;
  private final int sliceChanges;
  private final long pauseMs;
  private final Meters meters;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Threads.named("compactor"));

  /** Callers waiting for a compaction to be finished, by compacted revision. */
  private final Map<Long, CompletableFuture<Void>> waiting = new ConcurrentSkipListMap<>();

  private volatile long doneRevision = -1;

  /** Whether a slice is scheduled or running; owned by the compactor thread. */
  private boolean active;

  /**
   * @param sliceChanges about how many changes a slice walks
   * @param pauseMs between two slices
   * @param meters counts what is removed
   */
  Compactor(Supplier<StoreMachine> machines, int sliceChanges, long pauseMs, Meters meters) {
    this.machines = machines;
    this.sliceChanges = sliceChanges;
    this.pauseMs = pauseMs;
    this.meters = meters;
  }

  /** Starts compacting if there is something to compact. Any thread. */
  void wake() {
    thread.execute(
        () -> {
          if (!active) {
            active = true;
            runSlice();
          }
        });
  }

  /** See {@link io.metastore.core.api.Metastore#compacted}. */
  CompletableFuture<Void> done(long revision) {
    CompletableFuture<Void> done =
        waiting.computeIfAbsent(revision, awaited -> new CompletableFuture<>());
    if (doneRevision >= revision) {
      done.complete(null);
      waiting.remove(revision);
    } else {
      wake();
    }
    return done;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void runSlice() {
    StoreMachine machine = machines.get();
    StoreView view = machine.tryView();
    boolean finished = false;
    if (view != null) {
      try {
        // While retained, the view also keeps the tables open.
        long compacted = view.state().compacted();
        finished =
            compacted <= 0
                || new CompactionStep(machine.storage(), meters.compactedVersions)
                    .run(compacted, sliceChanges);
        if (finished) {
          finish(compacted);
        }
      } finally {
        view.release();
      }
    }
    if (finished) {
      active = false;
    } else {
      thread.schedule(this::runSlice, pauseMs, TimeUnit.MILLISECONDS);
    }
  }

  private void finish(long revision) {
    if (revision > doneRevision && revision > 0) {
      LOG.atInfo().addKeyValue("compact-revision", revision).log("finished scheduled compaction");
      meters.lastCompaction.set(Instant.now().getEpochSecond());
    }
    doneRevision = Math.max(doneRevision, revision);
    Iterator<Map.Entry<Long, CompletableFuture<Void>>> entries = waiting.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<Long, CompletableFuture<Void>> entry = entries.next();
      if (entry.getKey() <= revision) {
        entries.remove();
        entry.getValue().complete(null);
      }
    }
  }
}
