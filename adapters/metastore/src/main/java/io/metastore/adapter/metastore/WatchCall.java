package io.metastore.adapter.metastore;

import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.EventLoops;
import io.metastore.adapter.grpc.SerialTask;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.WatchRequest;
import io.metastore.api.v1.WatchResponse;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.api.WatchStream;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch. Events that the client has not read stay in the store's bounded queue.
 *
 * <p>All state belongs to the running task, which runs on the client's thread when the client has
 * read, and on the event loop when the store has events.
 */
final class WatchCall {
  private static final Logger LOG = LoggerFactory.getLogger(WatchCall.class);

  /**
   * A watch of a directory may see only changes of deeper keys, which it does not report. After
   * this many revisions it reports its progress, so that the client does not resume at a revision
   * that has been compacted meanwhile.
   */
  private static final long UNTOLD_REVISIONS_MAX = 1000;

  private static final long WATCH_ID = 0;

  private final ServerCallStreamObserver<WatchResponse> call;
  private final WatchTarget target;
  private final WatchSpec spec;
  private final WatchStream watch;
  private final Executor loop = EventLoops.currentOrAny();
  private final SerialTask passing = new SerialTask(this::passOn);

  /** True when the call has ended for any reason. */
  private volatile boolean over;

  private long toldRevision;

  private WatchCall(
      Metastore metastore,
      WatchTarget target,
      WatchSpec spec,
      ServerCallStreamObserver<WatchResponse> call) {
    this.call = call;
    this.target = target;
    this.spec = spec;
    this.watch = metastore.openWatchStream(this::wakeLater);
  }

  /**
   * Called within the service method.
   *
   * @throws Refusal if the request is malformed
   */
  static void start(
      Metastore metastore, WatchRequest request, ServerCallStreamObserver<WatchResponse> call) {
    WatchTarget target = WatchTarget.of(request);
    WatchSpec spec = WatchTranslator.toSpec(request, target);
    WatchCall watching = new WatchCall(metastore, target, spec, call);
    call.setOnReadyHandler(watching.passing::wake);
    call.setOnCancelHandler(watching::end);
    call.setOnCloseHandler(watching::end);
    watching.watch.create(WATCH_ID, spec);
  }

  private void end() {
    over = true;
    passing.wake();
  }

  private void wakeLater() {
    try {
      passing.wakeOn(loop);
    } catch (RejectedExecutionException e) {
      // The server has stopped and closed every connection.
      LOG.debug("server stopped, watch event dropped", e);
    }
  }

  private void passOn() {
    try {
      while (!over && call.isReady()) {
        WatchMessage message = watch.poll();
        if (message == null) {
          break;
        }
        pass(message);
      }
    } catch (RuntimeException e) {
      over = true;
      call.onError(Errors.of(e));
    }
    if (over) {
      watch.close();
    }
  }

  private void pass(WatchMessage message) {
    if (message instanceof WatchMessage.Events events) {
      WatchResponse response = WatchTranslator.toResponse(target, events);
      if (response.getEventsCount() > 0
          || events.revision() - toldRevision >= UNTOLD_REVISIONS_MAX) {
        send(response);
      }
    } else if (message instanceof WatchMessage.Created created) {
      send(
          WatchTranslator.toProgress(
              spec.startRevision() == 0 ? created.revision() : spec.startRevision() - 1));
    } else if (message instanceof WatchMessage.Progress progress) {
      send(WatchTranslator.toProgress(progress.revision()));
    } else if (message instanceof WatchMessage.Compacted compacted) {
      throw new Refusal(
          ErrorDetail.newBuilder()
              .setReason(Reason.COMPACTED)
              .setRevision(compacted.compactRevision())
              .build(),
          "events that the watch has yet to send have been compacted");
    } else if (message instanceof WatchMessage.TooLarge tooLarge) {
      throw new Refusal(
          ErrorDetail.newBuilder().setReason(Reason.ANSWER_TOO_LARGE).build(),
          "events of revision " + tooLarge.revision() + " need too much memory");
    }
  }

  private void send(WatchResponse response) {
    toldRevision = response.getRevision();
    call.onNext(response);
  }
}
