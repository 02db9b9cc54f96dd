package org.apache.ratis.grpc.server;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.protocol.exceptions.TimeoutIOException;
import org.apache.ratis.util.TimeDuration;
import org.apache.ratis.util.TimeoutExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the parts of a snapshot to one member, with a limited number of parts without a reply. It
 * is used instead of Ratis' {@code StreamObserverWithTimeout}, which has two defects: it keeps each
 * part until the reply timeout has passed, even if the reply has arrived, which for a checkpoint of
 * some gigabytes is more than the heap. And if the connection breaks while it waits for a reply, it
 * waits for the rest of the timeout (24 s), in which the member receives nothing at all.
 *
 * <p>Each part is sent when the next one comes: Ratis notes only after it has sent a part that it
 * awaits the reply, and a reply that arrives earlier ends the stream.
 *
 * <p>Requests come from one thread, replies from any.
 */
final class SnapshotStream implements StreamObserver<InstallSnapshotRequestProto> {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotStream.class);

  private static final int UNLIMITED = Integer.MAX_VALUE / 2;

  private final TimeDuration replyTimeout;
  private final Semaphore permits;
  private final StreamObserver<InstallSnapshotRequestProto> to;
  private final AtomicLong replies = new AtomicLong();
  private volatile boolean ended;

  /** The next fields are used by the thread of the requests. */
  private long requests;

  private @Nullable InstallSnapshotRequestProto held;

  /**
   * @param replyTimeout the stream fails if a part has no reply after this time
   * @param unansweredMax how many parts may have no reply; 0 for no limit
   * @param replies told all replies, and the end of the stream
   * @param call begins the call: takes an observer of the replies, and returns one of the requests
   */
  SnapshotStream(
      TimeDuration replyTimeout,
      int unansweredMax,
      StreamObserver<InstallSnapshotReplyProto> replies,
      Function<
              StreamObserver<InstallSnapshotReplyProto>,
              StreamObserver<InstallSnapshotRequestProto>>
          call) {
    this.replyTimeout = replyTimeout;
    this.permits = new Semaphore(unansweredMax == 0 ? UNLIMITED : unansweredMax);
    this.to = call.apply(new Replies(replies));
  }

  /**
   * Waits until few enough parts have no reply.
   *
   * @throws IllegalStateException if the stream has ended, or ends meanwhile
   */
  @Override
  public void onNext(InstallSnapshotRequestProto request) {
    sendHeld();
    held = request;
  }

  private void sendHeld() {
    if (held == null) {
      return;
    }
    InstallSnapshotRequestProto request = held;
    held = null;
    try {
      permits.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a snapshot was sent", e);
    }
    if (ended) {
      permits.release(); // the next part must not wait, either
      throw new IllegalStateException("the stream of a snapshot has ended");
    }
    to.onNext(request);
    requests++;
    long number = requests;
    TimeoutExecutor.getInstance()
        .onTimeout(
            replyTimeout,
            () -> failUnlessAnswered(number),
            LOG,
            () -> "the reply timeout of a snapshot failed");
  }

  private void failUnlessAnswered(long number) {
    if (!ended && replies.get() < number) {
      onError(
          new TimeoutIOException(
              "no reply to part " + number + " of a snapshot in " + replyTimeout));
    }
  }

  @Override
  public void onError(Throwable failure) {
    if (!ended) {
      end();
      to.onError(failure);
    }
  }

  @Override
  public void onCompleted() {
    sendHeld();
    to.onCompleted();
  }

  private void end() {
    ended = true;
    permits.release(); // for the thread of the requests, if it waits
  }

  private final class Replies implements StreamObserver<InstallSnapshotReplyProto> {
    private final StreamObserver<InstallSnapshotReplyProto> told;

    Replies(StreamObserver<InstallSnapshotReplyProto> told) {
      this.told = told;
    }

    @Override
    public void onNext(InstallSnapshotReplyProto reply) {
      replies.incrementAndGet();
      permits.release();
      told.onNext(reply);
    }

    @Override
    public void onError(Throwable failure) {
      end();
      told.onError(failure);
    }

    @Override
    public void onCompleted() {
      end();
      told.onCompleted();
    }
  }
}
