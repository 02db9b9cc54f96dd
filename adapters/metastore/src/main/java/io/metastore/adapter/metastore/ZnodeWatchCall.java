package io.metastore.adapter.metastore;

import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.EventLoops;
import io.metastore.adapter.grpc.SerialTask;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.WatchZnodesRequest;
import io.metastore.api.v1.WatchZnodesResponse;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.Identity;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch of znodes. Events wait in a bounded queue until the client has read those before; if it
 * overflows, the watch ends.
 *
 * <p>The queue is filled by the apply thread. The running task sends its contents; it runs on the
 * client's thread when the client has read, and on the event loop when there are events.
 */
final class ZnodeWatchCall {
  private static final Logger LOG = LoggerFactory.getLogger(ZnodeWatchCall.class);

  /** Bound of the characters of all paths that wait. */
  private static final int QUEUED_CHARS_MAX = 1 << 20;

  /** What an event counts besides its path. */
  private static final int EVENT_CHARS = 64;

  private static final int EVENTS_PER_RESPONSE = 1000;

  private final WatchZnodesRequest request;
  private final ZnodeWatches watches;
  private final LongSupplier revision;
  private final Supplier<List<Identity>> caller;
  private final ServerCallStreamObserver<WatchZnodesResponse> call;
  private final Executor loop = EventLoops.currentOrAny();
  private final SerialTask passing = new SerialTask(this::passOn);

  /** Guarded by itself; so is {@link #queuedChars}. */
  private final Queue<TreeEvent> queue = new ArrayDeque<>();

  private int queuedChars;
  private volatile boolean lostEvents;

  /** True when the call has ended for any reason. */
  private volatile boolean over;

  private boolean confirmed;

  private ZnodeWatchCall(
      WatchZnodesRequest request,
      ZnodeWatches watches,
      LongSupplier revision,
      Supplier<List<Identity>> caller,
      ServerCallStreamObserver<WatchZnodesResponse> call) {
    this.request = request;
    this.watches = watches;
    this.revision = revision;
    this.caller = caller;
    this.call = call;
  }

  /**
   * Called within the service method.
   *
   * @param revision the newest revision that this member has applied
   * @param caller the caller's present identities
   */
  static void start(
      WatchZnodesRequest request,
      ZnodeWatches watches,
      LongSupplier revision,
      Supplier<List<Identity>> caller,
      ServerCallStreamObserver<WatchZnodesResponse> call) {
    ZnodeWatchCall watch = new ZnodeWatchCall(request, watches, revision, caller, call);
    call.setOnReadyHandler(watch.passing::wake);
    call.setOnCancelHandler(watch::end);
    call.setOnCloseHandler(watch::end);
    watches.add(request.getPath(), watch);
    watch.passing.wake();
  }

  boolean recursive() {
    return request.getRecursive();
  }

  /** Called by the apply thread. */
  void seen(TreeEvent event) {
    if (!event.acl().permits(ZnodeAcl.READ, caller.get())) {
      return;
    }
    synchronized (queue) {
      queuedChars += EVENT_CHARS + event.path().length();
      if (queuedChars > QUEUED_CHARS_MAX) {
        lostEvents = true;
        queue.clear();
      } else {
        queue.add(event);
      }
    }
    wakeLater();
  }

  /** Called by the apply thread when there may have been changes that nobody reported. */
  void lostEvents() {
    lostEvents = true;
    wakeLater();
  }

  private void end() {
    over = true;
    watches.remove(request.getPath(), this);
  }

  private void wakeLater() {
    try {
      passing.wakeOn(loop);
    } catch (RejectedExecutionException e) {
      // The server has stopped and closed every connection.
      LOG.debug("server stopped, event of a znode dropped", e);
    }
  }

  private void passOn() {
    while (!over && call.isReady()) {
      if (lostEvents) {
        end();
        call.onError(
            Errors.of(
                new Refusal(
                    ErrorDetail.newBuilder().setReason(Reason.EVENTS_LOST).build(),
                    "events were lost: read the znodes again, and watch again")));
        return;
      }
      WatchZnodesResponse response = findNext();
      if (response == null) {
        return;
      }
      call.onNext(response);
    }
  }

  private @Nullable WatchZnodesResponse findNext() {
    WatchZnodesResponse.Builder response =
        WatchZnodesResponse.newBuilder().setRevision(revision.getAsLong());
    if (!confirmed) {
      confirmed = true;
      return response.build();
    }
    synchronized (queue) {
      while (!queue.isEmpty() && response.getEventsCount() < EVENTS_PER_RESPONSE) {
        TreeEvent event = queue.remove();
        queuedChars -= EVENT_CHARS + event.path().length();
        response.addEvents(ZnodeTranslator.toWire(event)).setRevision(event.revision());
      }
    }
    return response.getEventsCount() == 0 ? null : response.build();
  }
}
