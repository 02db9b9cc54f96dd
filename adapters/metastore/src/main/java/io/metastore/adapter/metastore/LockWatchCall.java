package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.EventLoops;
import io.metastore.adapter.grpc.SerialTask;
import io.metastore.api.v1.Place;
import io.metastore.api.v1.QueryResponse;
import io.metastore.api.v1.WatchLockRequest;
import io.metastore.api.v1.WatchLockResponse;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.api.WatchStream;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch of a lock. A change of a place's key only triggers another read of the queue, and the
 * response contains the differences from the queue that was sent last. Nothing accumulates for a
 * client that reads slowly.
 *
 * <p>All state belongs to the running task.
 */
final class LockWatchCall {
  private static final Logger LOG = LoggerFactory.getLogger(LockWatchCall.class);
  private static final long WATCH_ID = 0;

  private final ServerCallStreamObserver<WatchLockResponse> call;
  private final Views views;
  private final LongSupplier clockMs;
  private final ByteString lock;
  private final WatchSpec spec;
  private final WatchStream watch;
  private final Executor loop = EventLoops.currentOrAny();
  private final SerialTask working = new SerialTask(this::work);

  /** True when the call has ended for any reason. */
  private volatile boolean over;

  /** A finished read of the queue whose result has not been sent yet. */
  private volatile @Nullable QueueRead finishedRead;

  private boolean changed;
  private boolean reading;

  /** The places sent last, by token; null before the first response. */
  private @Nullable NavigableMap<Long, Place> sent;

  /** The queue, or the reason why it could not be read. */
  private record QueueRead(@Nullable QueryResponse queue, @Nullable Throwable failure) {}

  private LockWatchCall(
      Metastore metastore,
      Views views,
      LongSupplier clockMs,
      ByteString lock,
      ServerCallStreamObserver<WatchLockResponse> call) {
    this.call = call;
    this.views = views;
    this.clockMs = clockMs;
    this.lock = lock;
    KeyBounds places = KeyBounds.below(lock.concat(ByteString.copyFromUtf8("/")));
    this.spec = new WatchSpec(places.key(), places.end(), 0, true, true, false, false);
    this.watch = metastore.openWatchStream(this::wakeLater);
  }

  /**
   * Called within the service method.
   *
   * @param clockMs milliseconds since 1970
   * @throws Refusal if the request is malformed
   */
  static void start(
      Metastore metastore,
      Views views,
      LongSupplier clockMs,
      WatchLockRequest request,
      ServerCallStreamObserver<WatchLockResponse> call) {
    ByteString lock = Paths.toKey("lock", request.getLock());
    LockWatchCall watching = new LockWatchCall(metastore, views, clockMs, lock, call);
    call.setOnReadyHandler(watching.working::wake);
    call.setOnCancelHandler(watching::end);
    call.setOnCloseHandler(watching::end);
    watching.watch.create(WATCH_ID, watching.spec);
  }

  private void end() {
    over = true;
    working.wake();
  }

  private void wakeLater() {
    try {
      working.wakeOn(loop);
    } catch (RejectedExecutionException e) {
      // The server has stopped and closed every connection.
      LOG.debug("server stopped, event of a lock watch dropped", e);
    }
  }

  private void work() {
    try {
      if (!over) {
        takeEvents();
        sendResult();
        readQueue();
      }
    } catch (RuntimeException e) {
      over = true;
      call.onError(Errors.of(e));
    }
    if (over) {
      watch.close();
    }
  }

  private void takeEvents() {
    for (WatchMessage message = watch.poll(); message != null; message = watch.poll()) {
      changed = true;
      if (message instanceof WatchMessage.Compacted || message instanceof WatchMessage.TooLarge) {
        // The missed events are not needed: the queue shows their result.
        watch.create(WATCH_ID, spec);
      }
    }
  }

  private void readQueue() {
    if (!changed || reading || !call.isReady()) {
      return;
    }
    changed = false;
    reading = true;
    // A local read is enough: this member's state includes everything that its watchers have seen.
    views
        .read(
            Consistency.SERIALIZABLE,
            view -> LockTranslator.toReply(view, lock, clockMs.getAsLong()))
        .whenComplete(
            (queue, failure) -> {
              finishedRead = new QueueRead(queue, failure);
              wakeLater();
            });
  }

  private void sendResult() {
    QueueRead found = finishedRead;
    if (found == null) {
      return;
    }
    finishedRead = null;
    reading = false;
    if (found.queue() == null) {
      over = true;
      call.onError(
          Errors.of(
              found.failure() == null ? new IllegalStateException("no queue") : found.failure()));
      return;
    }
    sendDifference(found.queue());
  }

  private void sendDifference(QueryResponse found) {
    NavigableMap<Long, Place> now = new TreeMap<>();
    found.getPlacesList().forEach(place -> now.put(place.getToken(), place));
    NavigableMap<Long, Place> before = sent == null ? new TreeMap<>() : sent;
    NavigableMap<Long, Place> different = new TreeMap<>();
    before.forEach(
        (token, place) -> {
          if (!now.containsKey(token)) {
            different.put(token, place.toBuilder().setState(Place.State.GONE).build());
          }
        });
    now.forEach(
        (token, place) -> {
          Place known = before.get(token);
          if (known == null || known.getState() != place.getState()) {
            different.put(token, place);
          }
        });
    if (sent == null || !different.isEmpty()) {
      call.onNext(
          WatchLockResponse.newBuilder()
              .setRevision(found.getRevision())
              .addAllPlaces(different.values())
              .build());
    }
    sent = now;
  }
}
