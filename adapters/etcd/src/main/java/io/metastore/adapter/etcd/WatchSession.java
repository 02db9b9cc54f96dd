package io.metastore.adapter.etcd;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.adapter.grpc.EncodedMessage;
import io.metastore.adapter.grpc.SerialTask;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchStream;
import io.metastore.core.command.Permission;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's stream of watches.
 *
 * <p>Any thread can wake it; one thread at a time then does all pending work: it handles the
 * client's requests, and passes on the store's messages while the client's stream is ready for
 * more. All state except the queue of requests belongs to that thread. Messages that the client has
 * not read stay in the store's bounded queue.
 *
 * <p>A client can have {@value #UNANSWERED_MAX} unanswered requests; further ones are not read from
 * the connection.
 */
final class WatchSession {
  private static final Logger LOG = LoggerFactory.getLogger(WatchSession.class);

  /** The size of etcd's buffer. */
  private static final int UNANSWERED_MAX = 16;

  /** Responses with more events are encoded without being built. */
  private static final int OBJECTS_MAX = 1000;

  private final Metastore metastore;

  /** Null without access control. */
  private final @Nullable CallAccess access = CallAccess.ofStream();

  private final ServerCallStreamObserver<WatchResponse> call;
  private final ResponseHeaders headers;
  private final int fragmentBytes;
  private final Executor drainer;
  private final WatchStream watches;

  private final Queue<Asked> requests = new ConcurrentLinkedQueue<>();

  private final SerialTask working = new SerialTask(this::work);

  /** True when the call has ended for any reason. */
  private volatile boolean over;

  private boolean closed;

  /** All watches by ID; the IDs that a new watch must not use. */
  private final Map<Long, Watch> inUse = new HashMap<>();

  /** The watches in the order in which their creation will be reported. */
  private final Queue<Watch> beingCreated = new ArrayDeque<>();

  /** The watches by ID whose creation has been reported, so that their events can be sent. */
  private final Map<Long, Watch> announced = new HashMap<>();

  private final Queue<OwnResponse> ownResponses = new ArrayDeque<>();
  private long nextId;
  private long creationsAsked;
  private long creationsTold;
  private boolean progressWanted;

  /**
   * A request of the client.
   *
   * @param denied why the caller may not make it, or null
   * @param user the caller; null if not authenticated
   */
  private record Asked(
      WatchRequest request, @Nullable StatusRuntimeException denied, @Nullable String user) {}

  /** One watch of the stream. */
  private static final class Watch {
    final boolean fragmented;
    final ByteString key;
    final ByteString rangeEnd;

    /** The user who created the watch; null if not authenticated. */
    final @Nullable String user;

    /** The last rules that permitted the watch; null before the first check. */
    @Nullable AccessRules checked;

    /** The user has lost the permission, and the watch is being cancelled. */
    boolean denied;

    /** The store has ended the watch; etcd's clients may still cancel it. */
    boolean forgotten;

    boolean cancelling;

    Watch(WatchCreateRequest request, @Nullable String user) {
      this.fragmented = request.getFragment();
      this.key = WatchTranslator.key(request);
      this.rangeEnd = request.getRangeEnd();
      this.user = user;
    }

    /**
     * Whether the current rules permit the watch. etcd checks only when a watch is created; here a
     * revoked permission ends the watch. The expiry of the user's token does not.
     */
    boolean isPermitted(AccessRules rules) {
      if (rules == checked) {
        return true;
      }
      boolean permitted =
          !rules.enabled()
              || (user != null && rules.permits(user, Permission.Right.READ, key, rangeEnd));
      if (permitted) {
        checked = rules;
      }
      return permitted;
    }
  }

  /**
   * A response that does not come from the store.
   *
   * @param afterCreations the number of creations that must be reported before it: clients match
   *     responses to requests by their order
   */
  private record OwnResponse(WatchResponse response, long afterCreations) {}

  /**
   * Opens the session; called within the service method.
   *
   * @param fragmentBytes the size above which responses are split if the client requested it
   * @param drainer runs the session when the store has messages
   */
  WatchSession(
      Metastore metastore,
      ResponseHeaders headers,
      int fragmentBytes,
      Executor drainer,
      ServerCallStreamObserver<WatchResponse> call) {
    this.metastore = metastore;
    this.call = call;
    this.headers = headers;
    this.fragmentBytes = fragmentBytes;
    this.drainer = drainer;
    this.watches = metastore.openWatchStream(this::wakeLater);
    call.disableAutoRequest();
    call.setOnReadyHandler(working::wake);
    call.setOnCancelHandler(this::end);
    call.setOnCloseHandler(this::end);
    call.request(UNANSWERED_MAX);
  }

  void take(WatchRequest request) {
    requests.add(
        access == null
            ? new Asked(request, null, null)
            : new Asked(request, access.refusal(), access.user()));
    working.wake();
  }

  void end() {
    over = true;
    working.wake();
  }

  private void wakeLater() {
    try {
      working.wakeOn(drainer);
    } catch (RejectedExecutionException e) {
      // The server has stopped and closed every connection.
      LOG.debug("server stopped, watch event dropped", e);
    }
  }

  private void work() {
    if (over) {
      close();
      return;
    }
    try {
      handleAndSend();
    } catch (RuntimeException | OutOfMemoryError e) {
      over = true;
      close();
      call.onError(EtcdErrors.of(e));
    }
  }

  private void handleAndSend() {
    for (Asked asked = requests.poll(); asked != null; asked = requests.poll()) {
      handle(asked);
    }
    while (call.isReady() && sendNext()) {
      // sends one message after the other
    }
    if (progressWanted && call.isReady()) {
      progressWanted = false;
      watches.requestProgress();
    }
  }

  private void close() {
    if (!closed) {
      closed = true;
      requests.clear();
      watches.close();
    }
  }

  // --- requests of the client -------------------------------------------------------------------

  private void handle(Asked asked) {
    WatchRequest request = asked.request();
    switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> create(request.getCreateRequest(), asked);
      case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId());
      case PROGRESS_REQUEST -> {
        // etcd drops progress requests if the client does not keep up. Here they wait, but several
        // become one.
        progressWanted = true;
        call.request(1);
      }
      // An unknown kind of request must not end all watches of the stream.
      case REQUESTUNION_NOT_SET -> call.request(1);
    }
  }

  private void create(WatchCreateRequest request, Asked asked) {
    String refusal = WatchTranslator.findRefusal(request, asked.denied());
    long id = request.getWatchId();
    if (refusal == null && inUse.containsKey(id) && id != 0) {
      refusal = WatchTranslator.DUPLICATE_ID;
    }
    if (refusal != null) {
      respond(WatchTranslator.toRefused(headers.now(), refusal));
      return;
    }
    if (id == 0) {
      id = takeId();
    }
    Watch watch = new Watch(request, asked.user());
    inUse.put(id, watch);
    beingCreated.add(watch);
    creationsAsked++;
    watches.create(id, WatchTranslator.toSpec(request));
  }

  private long takeId() {
    while (inUse.containsKey(nextId)) {
      nextId++;
    }
    return nextId++;
  }

  private void cancel(long id) {
    Watch watch = inUse.remove(id);
    if (watch == null) {
      call.request(1);
    } else if (watch.forgotten) {
      respond(WatchTranslator.toCancelled(headers.now(), id));
    } else {
      watch.cancelling = true;
      watches.cancel(id);
    }
  }

  private void respond(WatchResponse response) {
    ownResponses.add(new OwnResponse(response, creationsAsked));
  }

  // --- responses to the client ------------------------------------------------------------------

  /** False if there is nothing to send now. */
  private boolean sendNext() {
    OwnResponse own = ownResponses.peek();
    if (own != null && own.afterCreations() <= creationsTold) {
      ownResponses.remove();
      answer(own.response());
      return true;
    }
    WatchMessage message = watches.poll();
    if (message == null) {
      return false;
    }
    pass(message);
    return true;
  }

  private void pass(WatchMessage message) {
    if (message instanceof WatchMessage.Events events) {
      passEvents(events);
    } else if (message instanceof WatchMessage.Created created) {
      creationsTold++;
      announced.put(created.watchId(), beingCreated.remove());
      answer(WatchTranslator.toCreated(headers.at(created.revision()), created.watchId()));
    } else if (message instanceof WatchMessage.Cancelled cancelled) {
      passCancelled(cancelled);
    } else if (message instanceof WatchMessage.Compacted compacted) {
      passEnd(
          compacted.watchId(), WatchTranslator.toCompacted(headers.withoutRevision(), compacted));
    } else if (message instanceof WatchMessage.TooLarge tooLarge) {
      passEnd(tooLarge.watchId(), WatchTranslator.toTooLarge(headers.now(), tooLarge));
    } else if (message instanceof WatchMessage.Progress progress) {
      call.onNext(WatchTranslator.toProgress(headers.at(progress.revision()), progress.watchId()));
    } else if (message instanceof WatchMessage.StreamProgress progress) {
      call.onNext(
          WatchTranslator.toProgress(headers.at(progress.revision()), WatchTranslator.NO_WATCH));
    }
  }

  private void passCancelled(WatchMessage.Cancelled cancelled) {
    Watch watch = announced.remove(cancelled.watchId());
    ResponseHeader header = headers.at(cancelled.revision());
    if (watch != null && watch.denied) {
      // not a reply to a request
      call.onNext(WatchTranslator.toDenied(header, cancelled.watchId()));
    } else {
      answer(WatchTranslator.toCancelled(header, cancelled.watchId()));
    }
  }

  private void passEvents(WatchMessage.Events events) {
    Watch watch = getAnnounced(events.watchId());
    if (!watch.isPermitted(metastore.access())) {
      deny(watch, events.watchId());
      return;
    }
    ResponseHeader header = headers.at(events.revision());
    if (!watch.fragmented) {
      if (events.events().size() > OBJECTS_MAX) {
        EncodedMessage.send(WatchTranslator.encodeEvents(header, events), call);
      } else {
        call.onNext(WatchTranslator.toEvents(header, events));
      }
      return;
    }
    WatchResponse response = WatchTranslator.toEvents(header, events);
    for (WatchResponse fragment : WatchFragments.split(response, fragmentBytes)) {
      call.onNext(fragment);
    }
  }

  private void deny(Watch watch, long id) {
    // If the client cancels the watch at the same moment, the reply to that request is enough.
    if (!watch.cancelling && !watch.denied) {
      watch.denied = true;
      inUse.remove(id);
      watches.cancel(id);
    }
  }

  /** Tells of a watch that the store has ended and forgotten. */
  private void passEnd(long id, WatchResponse last) {
    Watch watch = getAnnounced(id);
    announced.remove(id);
    call.onNext(last);
    watch.forgotten = true;
    if (watch.cancelling) {
      // The store had already ended the watch when the client's cancel request arrived.
      answer(WatchTranslator.toCancelled(headers.now(), id));
    }
  }

  private Watch getAnnounced(long id) {
    @Nullable Watch watch = announced.get(id);
    return requireNonNull(watch, "messages of a watch follow its creation");
  }

  /** Sends the reply to a request, and lets the client send another one. */
  private void answer(WatchResponse response) {
    call.onNext(response);
    call.request(1);
  }
}
