package io.metastore.core.watch;

import io.metastore.core.api.ClusterView;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.api.WatchStream;
import io.metastore.core.kv.ChangeLog;
import io.metastore.core.kv.KvTable;
import io.metastore.core.machine.Applied;
import io.metastore.core.machine.StoreView;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives the events of every entry from the apply thread and sends them to the watchers of the
 * changed keys.
 *
 * <p>A watcher is <em>synced</em> (receives events as they are applied), <em>catching up</em>
 * (receives events from the change log, read by one sweep for all such watchers) or <em>parked</em>
 * (its stream's queue is full). Invariants:
 *
 * <ul>
 *   <li>a watcher's revisions never go back, no revision is sent twice, and none from its start
 *       revision on is skipped;
 *   <li>the events of one revision are in one message;
 *   <li>a watcher that needs compacted revisions ends with exactly one {@link
 *       WatchMessage.Compacted};
 *   <li>a watcher whose events of one revision exceed the memory limit for one message ends with
 *       exactly one {@link WatchMessage.TooLarge};
 *   <li>the apply thread never waits: events that do not fit into the inbox are dropped and later
 *       read from the change log.
 * </ul>
 *
 * <p>The thread {@code watch} owns all state except the inbox.
 */
public final class WatchHub implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WatchHub.class);

  /**
   * One step of the sweep reads about this many changes and gathers at most {@link
   * #SWEEP_BYTES_MAX} of events; fewer if a stream's queue is smaller, because gRPC is given a
   * message as a whole.
   */
  private static final int SWEEP_CHANGES_MAX = 1000;

  private static final long SWEEP_BYTES_MAX = 4 << 20;

  private final Supplier<StoreView> views;
  private final WatchLimits limits;
  private final LongAdder sentEvents;
  private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
  private final AtomicLong inboxBytes = new AtomicLong();
  private final AtomicInteger openStreams = new AtomicInteger();
  private final AtomicInteger watcherCount = new AtomicInteger();

  /** Number of watchers that are not synced. */
  private final AtomicInteger slowCount = new AtomicInteger();

  /** Events in the queues of all streams. */
  final LongAdder pendingEvents = new LongAdder();

  private final Thread thread = new Thread(this::run, "watch");

  /**
   * Set by the apply thread when it dropped events: the watchers have to read them from the change
   * log.
   */
  private volatile boolean gap = true;

  private volatile boolean stopped;

  private final RangeIndex synced = new RangeIndex();
  private final RangeIndex catchingUp = new RangeIndex();
  private final Set<Watcher> wantingProgress = new LinkedHashSet<>();

  /** All events up to this revision were sent to the synced watchers. */
  private long hubRevision;

  private long lastTickNanos = System.nanoTime();

  /**
   * Starts the hub's thread.
   *
   * @param views returns the newest view, retained; called on the hub's thread
   * @param sentEvents counts the events that are sent
   */
  public WatchHub(Supplier<StoreView> views, WatchLimits limits, LongAdder sentEvents) {
    this.views = views;
    this.limits = limits;
    this.sentEvents = sentEvents;
    thread.setDaemon(true);
    thread.start();
  }

  /** See {@link io.metastore.core.api.Metastore#openWatchStream}. */
  public WatchStream openStream(Runnable onMessages) {
    openStreams.incrementAndGet();
    return new HubStream(this, onMessages);
  }

  /** The current numbers of watchers. Any thread. */
  public ClusterView.WatchCounts counts() {
    return new ClusterView.WatchCounts(
        openStreams.get(), watcherCount.get(), slowCount.get(), pendingEvents.sum());
  }

  /**
   * Receives an applied entry whose view is published. Called by the apply thread in log order,
   * before callers are told the entry's outcomes; never blocks.
   */
  public void offer(Applied applied) {
    if (applied.eventsOmitted()) {
      reset();
      return;
    }
    if (applied.events().isEmpty()) {
      return;
    }
    long bytes = 0;
    for (WatchEvent event : applied.events()) {
      bytes += HubStream.bytes(event);
    }
    // If nobody watches or the hub is behind, the events are dropped to save memory; the hub can
    // read them from the change log.
    if (openStreams.get() == 0 || inboxBytes.get() + bytes > limits.inboxBytesMax()) {
      gap = true;
      return;
    }
    inboxBytes.addAndGet(bytes);
    long taken = bytes;
    execute(
        () -> {
          inboxBytes.addAndGet(-taken);
          deliver(applied);
        });
  }

  /**
   * Makes all watchers read the change log, because the queued events do not continue it: a
   * snapshot from the leader has replaced the state, or an entry came without its events. Called by
   * the apply thread.
   */
  public void reset() {
    gap = true;
    execute(() -> {});
  }

  @Override
  public void close() {
    stopped = true;
    execute(() -> {});
  }

  void execute(Runnable task) {
    inbox.add(task);
  }

  private void run() {
    try {
      while (!stopped) {
        Runnable task =
            catchingUp.isEmpty() ? inbox.poll(tickMs(), TimeUnit.MILLISECONDS) : inbox.poll();
        // Checked after the task was taken from the inbox, so that events dropped before the task
        // was added are noticed before it runs.
        if (gap) {
          closeGap();
        }
        if (task != null) {
          task.run();
        } else if (!catchingUp.isEmpty()) {
          sweep();
        }
        tick();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      if (stopped) {
        return; // the store may be closed already
      }
      // A watcher that silently receives nothing is worse than a member that is down.
      LOG.error("watch thread failed, stopping the process", e);
      Runtime.getRuntime().halt(70);
    }
  }

  // --- requests of adapters
  // ------------------------------------------------------------------------

  void create(HubStream stream, long watchId, WatchSpec spec) {
    if (stream.isClosed()) {
      return;
    }
    Watcher watcher = new Watcher(watchId, stream, spec);
    watcher.lastSentNanos = System.nanoTime();
    stream.watchers.put(watchId, watcher);
    watcherCount.incrementAndGet();
    slowCount.incrementAndGet();
    stream.add(new WatchMessage.Created(watchId, hubRevision), 0);
    if (spec.progress()) {
      wantingProgress.add(watcher);
    }
    if (spec.startRevision() == 0 || spec.startRevision() > hubRevision) {
      watcher.nextRevision = Math.max(hubRevision + 1, spec.startRevision());
      enter(watcher, Watcher.State.SYNCED);
    } else {
      watcher.nextRevision = spec.startRevision();
      enter(watcher, Watcher.State.CATCHING_UP);
    }
  }

  void cancel(HubStream stream, long watchId) {
    Watcher watcher = stream.watchers.get(watchId);
    if (watcher != null) {
      forget(watcher);
      stream.add(new WatchMessage.Cancelled(watchId, hubRevision), 0);
    }
  }

  void progress(HubStream stream) {
    if (!stream.watchers.isEmpty()
        && stream.watchers.values().stream().allMatch(this::hasAllUpToNow)) {
      stream.add(new WatchMessage.StreamProgress(hubRevision), 0);
    }
  }

  /**
   * Whether a watcher has received all events so far. False for a watcher that starts in the
   * future: etcd sends it no progress before that.
   */
  private boolean hasAllUpToNow(Watcher watcher) {
    return watcher.state == Watcher.State.SYNCED && watcher.spec.startRevision() <= hubRevision;
  }

  void resume(HubStream stream) {
    for (Watcher watcher : stream.watchers.values()) {
      if (watcher.state == Watcher.State.PARKED) {
        enter(watcher, Watcher.State.CATCHING_UP);
      }
    }
  }

  void closed(HubStream stream) {
    for (Watcher watcher : List.copyOf(stream.watchers.values())) {
      forget(watcher);
    }
    stream.clear();
    openStreams.decrementAndGet();
  }

  // --- delivering events
  // ---------------------------------------------------------------------------

  private void deliver(Applied applied) {
    if (applied.revision() <= hubRevision) {
      return;
    }
    List<Watcher> touched = new ArrayList<>();
    for (WatchEvent event : applied.events()) {
      long bytes = HubStream.bytes(event);
      synced.forEachMatch(
          event.current().key(),
          watcher -> {
            if (watcher.nextRevision <= event.current().modRevision()
                && watcher.wants(event.kind())
                && watcher.gather(event, bytes)) {
              touched.add(watcher);
            }
          });
    }
    hubRevision = applied.revision();
    for (Watcher watcher : touched) {
      send(watcher, hubRevision);
    }
  }

  /**
   * Sends the gathered events; if the queue has no room, parks the watcher before the first of
   * them.
   */
  private void send(Watcher watcher, long throughRevision) {
    long bytes = watcher.gatheredBytes;
    List<WatchEvent> events = watcher.takeGathered();
    if (watcher.stream.hasRoom(bytes, limits.streamBytesMax(openStreams.get()))) {
      watcher.nextRevision = throughRevision + 1;
      watcher.lastSentNanos = System.nanoTime();
      sentEvents.add(events.size());
      watcher.stream.add(new WatchMessage.Events(watcher.id, throughRevision, events), bytes);
    } else {
      watcher.nextRevision = events.get(0).current().modRevision();
      enter(watcher, Watcher.State.PARKED);
    }
  }

  /**
   * Called after events were dropped: synced watchers must catch up from the change log; new events
   * are delivered from the newest revision on.
   */
  private void closeGap() {
    gap = false;
    StoreView view = views.get();
    long from = hubRevision + 1;
    hubRevision = Math.max(hubRevision, view.revision());
    view.release();
    for (Watcher watcher : synced.all()) {
      watcher.nextRevision = Math.max(watcher.nextRevision, from);
      enter(watcher, Watcher.State.CATCHING_UP);
    }
  }

  /**
   * One step of catching up: reads a piece of the change log once for all watchers that need it.
   */
  private void sweep() {
    List<Watcher> watchers = catchingUp.all();
    long from = watchers.stream().mapToLong(w -> w.nextRevision).min().orElseThrow();
    StoreView view = views.get();
    long bytesMax = Math.min(SWEEP_BYTES_MAX, limits.streamBytesMax(openStreams.get()));
    try {
      long compacted = view.state().compacted();
      if (from < compacted) {
        watchers.stream()
            .filter(w -> w.nextRevision < compacted)
            .forEach(w -> end(w, new WatchMessage.Compacted(w.id, compacted)));
        return;
      }
      long through = gatherChanges(view, from, bytesMax);
      for (Watcher watcher : catchingUp.all()) {
        if (!watcher.gathered.isEmpty()) {
          send(watcher, through);
        }
        if (watcher.state == Watcher.State.CATCHING_UP) {
          watcher.nextRevision = Math.max(watcher.nextRevision, through + 1);
          if (through >= view.revision()) {
            enter(watcher, Watcher.State.SYNCED);
          }
        }
      }
    } finally {
      view.release();
    }
  }

  /**
   * Gathers events from a piece of the change log; returns the last revision that is completely in
   * it.
   */
  private long gatherChanges(StoreView view, long from, long bytesMax) {
    long gatheredBytes = 0;
    long revision = 0;
    long revisionBytes = 0;
    try (ChangeLog.Walk changes =
        ChangeLog.walk(view.reader(), from, view.revision(), SWEEP_CHANGES_MAX, bytesMax)) {
      for (ChangeLog.Change next = changes.next(); next != null; next = changes.next()) {
        if (next.revision() != revision) {
          if (gatheredBytes > bytesMax) {
            return next.revision() - 1;
          }
          revision = next.revision();
          revisionBytes = 0;
        }
        long bytes = gather(view, next);
        gatheredBytes += bytes;
        revisionBytes += bytes;
        if (revisionBytes > limits.revisionBytesMax()) {
          endThoseWithEventsOf(revision);
          revisionBytes = 0;
        }
      }
      return changes.through();
    }
  }

  /** Gives a change to the watchers that want it; returns the size of its event, 0 if none does. */
  private long gather(StoreView view, ChangeLog.Change change) {
    List<Watcher> matching = new ArrayList<>();
    catchingUp.forEachMatch(
        change.key(),
        watcher -> {
          if (watcher.nextRevision <= change.revision() && watcher.wants(change.kind())) {
            matching.add(watcher);
          }
        });
    if (matching.isEmpty()) {
      return 0;
    }
    WatchEvent event = findEvent(view, change, matching.stream().anyMatch(w -> w.spec.previous()));
    if (event == null) {
      return 0;
    }
    long bytes = HubStream.bytes(event);
    matching.forEach(watcher -> watcher.gather(event, bytes));
    return bytes;
  }

  /** Ends the watchers for whose events of this revision there is no memory. */
  private void endThoseWithEventsOf(long revision) {
    for (Watcher watcher : catchingUp.all()) {
      if (watcher.lastGatheredRevision() == revision) {
        watcher.takeGathered();
        end(watcher, new WatchMessage.TooLarge(watcher.id, revision));
      }
    }
  }

  /**
   * The event of a change. Null for a put that a later operation of the same transaction replaced:
   * that version is not stored. (A synced watcher did receive the event.)
   */
  private static @Nullable WatchEvent findEvent(
      StoreView view, ChangeLog.Change change, boolean withPrevious) {
    KeyValue previous =
        withPrevious && change.revision() > Math.max(1, view.state().compacted())
            ? KvTable.findAt(view.reader(), change.key(), change.revision() - 1)
            : null;
    if (change.kind() == WatchEvent.Kind.DELETE) {
      KeyValue tombstone = KeyValue.tombstone(change.key(), change.revision());
      return new WatchEvent(change.kind(), tombstone, previous);
    }
    KeyValue current =
        change.version() != null
            ? change.version()
            : KvTable.findAt(view.reader(), change.key(), change.revision());
    if (current == null) {
      return null;
    }
    // A transaction may delete a key and create it again; like etcd, the event then has no previous
    // version.
    boolean created = current.createRevision() == current.modRevision();
    return new WatchEvent(change.kind(), current, created ? null : previous);
  }

  /** Sends progress to watchers that requested it and have received nothing for the interval. */
  private void tick() {
    long now = System.nanoTime();
    if (wantingProgress.isEmpty()
        || now - lastTickNanos < TimeUnit.MILLISECONDS.toNanos(tickMs())) {
      return;
    }
    lastTickNanos = now;
    // With jitter, so that watchers created together do not all send progress at once.
    long interval = TimeUnit.MILLISECONDS.toNanos(limits.progressIntervalMs());
    for (Watcher watcher : wantingProgress) {
      long jitter = ThreadLocalRandom.current().nextLong(interval / 10 + 1);
      if (hasAllUpToNow(watcher)
          && now - watcher.lastSentNanos >= interval + jitter - interval / 10
          && watcher.stream.hasRoom(0, limits.streamBytesMax(openStreams.get()))) {
        watcher.lastSentNanos = now;
        watcher.stream.add(new WatchMessage.Progress(watcher.id, hubRevision), 0);
      }
    }
  }

  private long tickMs() {
    return Math.max(10, Math.min(1000, limits.progressIntervalMs() / 10));
  }

  // --- states of watchers
  // --------------------------------------------------------------------------

  private void end(Watcher watcher, WatchMessage last) {
    forget(watcher);
    watcher.stream.add(last, 0);
  }

  private void forget(Watcher watcher) {
    leave(watcher);
    watcherCount.decrementAndGet();
    slowCount.addAndGet(-slowness(watcher.state));
    watcher.stream.watchers.remove(watcher.id);
    wantingProgress.remove(watcher);
  }

  private void enter(Watcher watcher, Watcher.State state) {
    leave(watcher);
    slowCount.addAndGet(slowness(state) - slowness(watcher.state));
    watcher.state = state;
    RangeIndex index = index(state);
    if (index != null) {
      index.add(watcher);
    }
  }

  private static int slowness(Watcher.State state) {
    return state == Watcher.State.SYNCED ? 0 : 1;
  }

  private void leave(Watcher watcher) {
    RangeIndex index = index(watcher.state);
    if (index != null) {
      index.remove(watcher);
    }
  }

  private @Nullable RangeIndex index(Watcher.State state) {
    return switch (state) {
      case SYNCED -> synced;
      case CATCHING_UP -> catchingUp;
      case PARKED -> null;
    };
  }
}
