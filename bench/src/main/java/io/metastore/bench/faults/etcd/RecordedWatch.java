package io.metastore.bench.faults.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.metastore.bench.faults.testbed.Await;
import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.faults.testbed.Testbed;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.etcdapi.mvccpb.Event;
import io.metastore.etcdapi.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A watch of all keys of the run. When its stream ends, and also at random, it resumes at the next
 * revision on a random member. It checks at once that revisions are complete, in order and told
 * once. Thread-safe.
 */
final class RecordedWatch implements AutoCloseable {
  private static final int RESUME_MS = 100;
  private static final int RESTART_MAX_MS = 4_000;

  private final String name;
  private final Channels channels;
  private final boolean restarts;
  private final Random random;
  private final Testbed testbed;
  private final Findings findings;
  private final ScheduledExecutorService timer;

  // The fields below are guarded by this.
  private final List<Change> changes = new ArrayList<>();
  private final Map<Long, Long> arrivals = new TreeMap<>();

  /** The values of all keys, to compare the previous values with. */
  private final Map<String, String> state = new TreeMap<>();

  /** The first revision that was not told yet. */
  private long next;

  /**
   * The revisions that were compacted before they were told: from (inclusive) by to (exclusive).
   */
  private final Map<Long, Long> gaps = new TreeMap<>();

  private @Nullable Stream current;
  private boolean closed;

  /**
   * @param restarts whether the stream is also ended and resumed at random
   */
  RecordedWatch(
      String name,
      Channels channels,
      boolean restarts,
      long seed,
      long startRevision,
      Testbed testbed,
      Findings findings,
      ScheduledExecutorService timer) {
    this.testbed = testbed;
    this.name = name;
    this.channels = channels;
    this.restarts = restarts;
    this.random = new Random(seed);
    this.next = startRevision;
    this.findings = findings;
    this.timer = timer;
  }

  void start() {
    resume();
    if (restarts) {
      restartLater();
    }
  }

  private synchronized void restartLater() {
    if (!closed) {
      timer.schedule(
          () -> {
            Stream ended = current();
            if (ended != null) {
              ended.context.cancel(null);
            }
            restartLater();
          },
          random.nextInt(RESTART_MAX_MS),
          TimeUnit.MILLISECONDS);
    }
  }

  private synchronized @Nullable Stream current() {
    return current;
  }

  private synchronized void resume() {
    if (closed) {
      return;
    }
    channels.change(random);
    WatchCreateRequest request =
        WatchCreateRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(EtcdClient.PREFIX))
            .setRangeEnd(ByteString.copyFromUtf8(EtcdClient.PREFIX + "\uffff"))
            .setStartRevision(next)
            .setPrevKv(true)
            .setFragment(random.nextBoolean())
            .setProgressNotify(random.nextBoolean())
            .build();
    Stream stream = new Stream();
    current = stream;
    stream.context.run(
        () ->
            WatchGrpc.newStub(channels.current())
                .watch(stream)
                .onNext(WatchRequest.newBuilder().setCreateRequest(request).build()));
  }

  private synchronized void ended(Stream stream) {
    if (stream == current && !closed) {
      current = null;
      timer.schedule(this::resume, RESUME_MS, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void told(Stream stream, WatchResponse response) {
    if (stream != current || closed) {
      return;
    }
    if (response.getCanceled()) {
      canceled(response);
      stream.context.cancel(null);
      return;
    }
    stream.events.addAll(response.getEventsList());
    if (!response.getFragment()) {
      List.copyOf(stream.events).forEach(event -> add(event, response.getHeader().getRevision()));
      stream.events.clear();
      next = Math.max(next, changes.isEmpty() ? 0 : changes.get(changes.size() - 1).revision() + 1);
    }
  }

  private void canceled(WatchResponse response) {
    if (response.getCompactRevision() > 0) {
      if (response.getCompactRevision() <= next) {
        findings.violation(
            "%s needs revision %d, but was told that it is compacted: %s"
                .formatted(name, next, response));
      }
      gaps.put(next, response.getCompactRevision());
      next = response.getCompactRevision();
      state.clear(); // unknown until each key changes
    } else {
      findings.violation(name + " was cancelled: " + response);
    }
  }

  private void add(Event event, long headerRevision) {
    KeyValue pair = event.getKv();
    boolean deleted = event.getType() == Event.EventType.DELETE;
    Change change =
        new Change(
            pair.getModRevision(),
            pair.getKey().toString(UTF_8),
            deleted ? null : pair.getValue().toString(UTF_8),
            pair.getCreateRevision(),
            pair.getVersion(),
            pair.getLease());
    if (change.revision() < next) {
      findings.violation(name + " was told again, after revision " + (next - 1) + ": " + change);
    }
    if (!changes.isEmpty() && change.revision() < changes.get(changes.size() - 1).revision()) {
      findings.violation(name + " was told out of order: " + change);
    }
    if (change.revision() > headerRevision) {
      findings.violation(
          name + " was told " + change + " in an answer of revision " + headerRevision);
    }
    String previous = event.hasPrevKv() ? event.getPrevKv().getValue().toString(UTF_8) : null;
    boolean compacted = previous == null && change.revision() <= testbed.compacted();
    if (gaps.isEmpty() && !compacted && !Objects.equals(previous, state.get(change.key()))) {
      findings.violation(
          "%s was told the previous value %s instead of %s of %s"
              .formatted(name, previous, state.get(change.key()), change));
    }
    if (change.value() == null) {
      state.remove(change.key());
    } else {
      state.put(change.key(), change.value());
    }
    changes.add(change);
    arrivals.putIfAbsent(change.revision(), System.nanoTime());
  }

  /** Waits until all events up to a revision that changed something have arrived. */
  void await(long revision) throws InterruptedException {
    Await.until(name + " is told revision " + revision, () -> next() > revision);
  }

  String name() {
    return name;
  }

  Channels channels() {
    return channels;
  }

  synchronized long next() {
    return next;
  }

  synchronized List<Change> changes() {
    return List.copyOf(changes);
  }

  /** When the events of each revision arrived, by {@code System.nanoTime}. */
  synchronized Map<Long, Long> arrivals() {
    return new TreeMap<>(arrivals);
  }

  /** Whether a revision was compacted before it could be told. */
  synchronized boolean missed(long revision) {
    return gaps.entrySet().stream()
        .anyMatch(gap -> gap.getKey() <= revision && revision < gap.getValue());
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (current != null) {
      current.context.cancel(null);
    }
    channels.close();
  }

  private final class Stream implements StreamObserver<WatchResponse> {
    private final Context.CancellableContext context = Context.ROOT.withCancellation();

    /** The events of a response whose last fragment has not arrived. Guarded by the watch. */
    private final List<Event> events = new ArrayList<>();

    @Override
    public void onNext(WatchResponse response) {
      told(this, response);
    }

    @Override
    public void onError(Throwable failure) {
      ended(this);
    }

    @Override
    public void onCompleted() {
      ended(this);
    }
  }
}
