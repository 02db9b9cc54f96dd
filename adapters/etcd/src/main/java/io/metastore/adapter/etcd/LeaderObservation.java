package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.SerialTask;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchStream;
import io.metastore.etcdapi.v3electionpb.LeaderResponse;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports an election's leader to one client: the current leader, each value that it proclaims,
 * then the next leader.
 *
 * <p>Reads the leader, then watches its key; when the key is deleted, reads again. While there is
 * no leader, it watches for the first candidate. Any thread can wake it; one thread at a time does
 * the pending work. Events that the client has not read stay in the store's bounded queue.
 */
final class LeaderObservation {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderObservation.class);

  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final ByteString name;
  private final Executor drainer;
  private final ServerCallStreamObserver<LeaderResponse> call;
  private final WatchStream watches;
  private final SerialTask working = new SerialTask(this::work);

  /** True when the call has ended for any reason. */
  private volatile boolean over;

  private boolean closed;

  /**
   * The running read, or a finished one that has not been handled; null while a watch is active.
   */
  private @Nullable CompletableFuture<Outcome> reading;

  /** The current watch; messages of earlier watches are ignored. */
  private long watchId;

  /** The key of the watched leader; null while watching for any candidate. */
  private @Nullable ByteString leader;

  private final Queue<WatchEvent> events = new ArrayDeque<>();

  /**
   * Opens the stream; called within the service method.
   *
   * @param drainer runs the work when the store has events
   */
  LeaderObservation(
      Metastore metastore,
      ResponseHeaders headers,
      ByteString name,
      Executor drainer,
      ServerCallStreamObserver<LeaderResponse> call) {
    this.metastore = metastore;
    this.headers = headers;
    this.name = name;
    this.drainer = drainer;
    this.call = call;
    this.watches = metastore.openWatchStream(this::wakeLater);
    call.setOnReadyHandler(working::wake);
    call.setOnCancelHandler(this::end);
    call.setOnCloseHandler(this::end);
    working.wake();
  }

  private void end() {
    over = true;
    working.wake();
  }

  private void wakeLater() {
    try {
      working.wakeOn(drainer);
    } catch (RejectedExecutionException e) {
      // The server has stopped and closed every connection.
      LOG.debug("server stopped, election event dropped", e);
    }
  }

  private void work() {
    if (over) {
      close();
      return;
    }
    try {
      if (reading == null && leader == null && watchId == 0) {
        read();
      }
      while (call.isReady() && sendNext()) {
        // sends one message after the other
      }
    } catch (RuntimeException e) {
      over = true;
      close();
      call.onError(UncodedErrors.of(null, e));
    }
  }

  private void close() {
    if (!closed) {
      closed = true;
      events.clear();
      watches.close();
    }
  }

  /** False if there is nothing to send now. */
  private boolean sendNext() {
    if (reading != null) {
      return reading.isDone() && takeLeader(reading);
    }
    WatchEvent event = events.poll();
    if (event != null) {
      pass(event);
      return true;
    }
    WatchMessage message = watches.poll();
    if (message instanceof WatchMessage.Events news && news.watchId() == watchId) {
      events.addAll(news.events());
    } else if ((message instanceof WatchMessage.Compacted compacted
            && compacted.watchId() == watchId)
        || (message instanceof WatchMessage.TooLarge tooLarge && tooLarge.watchId() == watchId)) {
      read();
    }
    return message != null;
  }

  private void read() {
    leader = null;
    events.clear();
    CompletableFuture<Outcome> read =
        metastore.range(ElectionTranslator.toLeaderRange(name), Consistency.LINEARIZABLE);
    reading = read;
    read.whenComplete((outcome, failure) -> wakeLater());
  }

  private boolean takeLeader(CompletableFuture<Outcome> read) {
    reading = null;
    Outcome outcome = read.join();
    if (!(outcome instanceof Outcome.Ranged ranged)) {
      throw UncodedErrors.of(outcome, null);
    }
    watchId++;
    KeyValue found = ElectionTranslator.findLeader(ranged);
    if (found == null) {
      watches.create(watchId, ElectionTranslator.toCandidatesWatch(name, ranged.revision() + 1));
    } else {
      follow(found, ranged.revision());
    }
    return true;
  }

  private void follow(KeyValue found, long revision) {
    leader = found.key();
    call.onNext(ElectionTranslator.toLeader(headers.at(revision), found));
    watches.create(watchId, ElectionTranslator.toLeaderWatch(found.key(), revision + 1));
  }

  private void pass(WatchEvent event) {
    KeyValue current = event.current();
    boolean put = event.kind() == WatchEvent.Kind.PUT;
    if (leader == null) {
      if (put) {
        // The first candidate leads. From now on only its key matters.
        stopWatching();
        watchId++;
        follow(current, current.modRevision());
      }
    } else if (put) {
      call.onNext(ElectionTranslator.toLeader(headers.at(current.modRevision()), current));
    } else {
      stopWatching();
      read();
    }
  }

  private void stopWatching() {
    watches.cancel(watchId);
    events.clear();
  }
}
