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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes every entry's events from the apply thread and brings them to the watchers they concern.
 *
 * <p>A watcher is <em>synced</em> and fed with what happens, or <em>catching up</em> and fed from
 * the change log by one sweep that all such watchers share, or <em>parked</em> because its stream's
 * queue is full. Invariants:
 *
 * <ul>
 *   <li>a watcher's revisions never go back, none is sent twice, and none from its start revision
 *       on is skipped;
 *   <li>the events of one revision are in one message;
 *   <li>a watcher that needs what was compacted ends in exactly one {@link WatchMessage.Compacted};
 *   <li>the apply thread never waits: what does not fit the inbox is dropped, and read from the
 *       change log later.
 * </ul>
 *
 * <p>One thread, named {@code watch}, owns all state but the inbox.
 */
public final class WatchHub implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WatchHub.class);

  /**
   * About how many changes one step of the sweep reads, and at most about how many bytes of events
   * it gathers: less if a stream's queue may hold less, for a message is given to gRPC as a whole.
   */
  private static final int SWEEP_CHANGES_MAX = 1000;

  private static final long SWEEP_BYTES_MAX = 4 << 20;

  private final Supplier<StoreView> views;
  private final WatchLimits limits;
  private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
  private final AtomicLong inboxBytes = new AtomicLong();
  private final AtomicInteger openStreams = new AtomicInteger();
  private final AtomicInteger watcherCount = new AtomicInteger();

  /** Of these, how many are not synced. */
  private final AtomicInteger slowCount = new AtomicInteger();

  private final Thread thread = new Thread(this::run, "watch");

  /** Set by the apply thread when it dropped events: the inbox alone no longer tells everything. */
  private volatile boolean gap = true;

  private volatile boolean stopped;

  private final RangeIndex synced = new RangeIndex();
  private final RangeIndex catchingUp = new RangeIndex();
  private final Set<Watcher> wantingProgress = new LinkedHashSet<>();

  /** Every event up to this revision was offered to the synced watchers. */
  private long hubRevision;

  private long lastTickNanos = System.nanoTime();

  /**
   * Starts the hub's thread.
   *
   * @param views gives the newest view, retained; called on the hub's thread
   */
  public WatchHub(Supplier<StoreView> views, WatchLimits limits) {
    this.views = views;
    this.limits = limits;
    thread.setDaemon(true);
    thread.start();
  }

  /** See {@link io.metastore.core.api.Metastore#openWatchStream}. */
  public WatchStream openStream(Runnable onMessages) {
    openStreams.incrementAndGet();
    return new HubStream(this, onMessages);
  }

  /** What there is at the moment. Any thread. */
  public ClusterView.WatchCounts counts() {
    return new ClusterView.WatchCounts(openStreams.get(), watcherCount.get(), slowCount.get());
  }

  /**
   * Takes an applied entry whose view is published. Called by the apply thread in log order, before
   * anybody is told of the entry's outcomes; never blocks.
   */
  public void offer(Applied applied) {
    if (applied.eventsOmitted()) {
      missed();
      return;
    }
    if (applied.events().isEmpty()) {
      return;
    }
    long bytes = 0;
    for (WatchEvent event : applied.events()) {
      bytes += HubStream.bytes(event);
    }
    // Nobody watches, or the hub is behind: not worth the memory, it can read the log.
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
   * Forgets everything the change log of an older state told: a snapshot of the leader took its
   * place.
   */
  public void reset() {
    missed();
  }

  private void missed() {
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
        // Checked after the task was taken: what the apply thread dropped before it is noticed
        // before it.
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
      // A watcher that silently hears nothing is worse than a member that is down.
      LOG.error("watch thread failed, stopping the process", e);
      Runtime.getRuntime().halt(70);
    }
  }

  // --- what adapters ask for -------------------------------------------------------------------

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

  /** Not true of a watcher that starts in the future: etcd tells it of no progress before that. */
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

  // --- what happens ----------------------------------------------------------------------------

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

  /** Sends what was gathered, or parks the watcher before its first event. */
  private void send(Watcher watcher, long throughRevision) {
    long bytes = watcher.gatheredBytes;
    List<WatchEvent> events = watcher.takeGathered();
    if (watcher.stream.hasRoom(bytes, limits.streamBytesMax(openStreams.get()))) {
      watcher.nextRevision = throughRevision + 1;
      watcher.lastSentNanos = System.nanoTime();
      watcher.stream.add(new WatchMessage.Events(watcher.id, throughRevision, events), bytes);
    } else {
      watcher.nextRevision = events.get(0).current().modRevision();
      enter(watcher, Watcher.State.PARKED);
    }
  }

  /**
   * After events were dropped: what was synced has to catch up, and what is new starts from here.
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
   * One step of feeding the watchers that catch up: reads a piece of the change log once for all of
   * them.
   */
  private void sweep() {
    List<Watcher> watchers = catchingUp.all();
    long from = watchers.stream().mapToLong(w -> w.nextRevision).min().orElseThrow();
    StoreView view = views.get();
    long bytesMax = Math.min(SWEEP_BYTES_MAX, limits.streamBytesMax(openStreams.get()));
    try {
      long compacted = view.state().compacted();
      if (from < compacted) {
        watchers.stream().filter(w -> w.nextRevision < compacted).forEach(w -> end(w, compacted));
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
   * Gathers events from a piece of the change log; returns the last revision that is wholly in it.
   */
  private long gatherChanges(StoreView view, long from, long bytesMax) {
    ChangeLog.Piece piece =
        ChangeLog.read(view.reader(), from, view.revision(), SWEEP_CHANGES_MAX, bytesMax);
    List<ChangeLog.Change> changes = piece.changes();
    long gatheredBytes = 0;
    for (int i = 0; i < changes.size(); i++) {
      ChangeLog.Change change = changes.get(i);
      if (gatheredBytes > bytesMax && change.revision() != changes.get(i - 1).revision()) {
        return change.revision() - 1;
      }
      List<Watcher> matching = new ArrayList<>();
      catchingUp.forEachMatch(
          change.key(),
          watcher -> {
            if (watcher.nextRevision <= change.revision() && watcher.wants(change.kind())) {
              matching.add(watcher);
            }
          });
      if (!matching.isEmpty()) {
        WatchEvent event =
            findEvent(view, change, matching.stream().anyMatch(w -> w.spec.previous()));
        if (event == null) {
          continue;
        }
        long bytes = HubStream.bytes(event);
        gatheredBytes += bytes;
        matching.forEach(watcher -> watcher.gather(event, bytes));
      }
    }
    return piece.through();
  }

  /**
   * What a change was; null for a put that a later operation of the same transaction undid, for no
   * version is left of it. (A watcher that was fed as it happened did see it.)
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
    // A key may be deleted and created by one transaction; etcd tells no more of it than this.
    boolean created = current.createRevision() == current.modRevision();
    return new WatchEvent(change.kind(), current, created ? null : previous);
  }

  /** Tells watchers that asked for it how far they are, if nothing else did for a while. */
  private void tick() {
    long now = System.nanoTime();
    if (wantingProgress.isEmpty()
        || now - lastTickNanos < TimeUnit.MILLISECONDS.toNanos(tickMs())) {
      return;
    }
    lastTickNanos = now;
    // Spread, so that watchers created together do not all speak at once.
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

  // --- where watchers are ----------------------------------------------------------------------

  private void end(Watcher watcher, long compacted) {
    forget(watcher);
    watcher.stream.add(new WatchMessage.Compacted(watcher.id, compacted), 0);
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
