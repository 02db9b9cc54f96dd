package io.metastore.bench.range;

import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.GetRangeResponse;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.Keys;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads with GetRange, in one call. */
final class StreamReader extends RangeReader
    implements ClientResponseObserver<GetRangeRequest, GetRangeResponse> {
  private final Channel channel;
  private final Pace pace;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private int messages;
  private @Nullable ClientCallStreamObserver<GetRangeRequest> call;

  /**
   * The speed of a reader.
   *
   * @param pauseMs the pause before each message
   * @param stopBehind stops reading after this many messages, until told to continue; 0 for never
   */
  record Pace(long pauseMs, int stopBehind) {
    static final Pace FAST = new Pace(0, 0);
  }

  StreamReader(Channel channel, Pace pace) {
    this.channel = channel;
    this.pace = pace;
  }

  @Override
  void begin() {
    KeyValueGrpc.newStub(channel)
        .getRange(
            GetRangeRequest.newBuilder().setKeys(Keys.newBuilder().setSubtree("/")).build(), this);
  }

  /** Completes when the reader has stopped; fails if the range ends before that. */
  CompletableFuture<Void> stopped() {
    return stopped;
  }

  /** Continues reading, without pauses. */
  void readOn() {
    request(Integer.MAX_VALUE);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<GetRangeRequest> stream) {
    call = stream;
    stream.disableAutoRequestWithInitial(1);
  }

  @Override
  public void onNext(GetRangeResponse message) {
    messages++;
    count(message.getEntriesCount(), message.getSerializedSize());
    if (stopped.isDone()) {
      return;
    }
    if (messages == pace.stopBehind()) {
      stopped.complete(null);
    } else if (pace.pauseMs() == 0) {
      request(1);
    } else {
      Executor later = CompletableFuture.delayedExecutor(pace.pauseMs(), TimeUnit.MILLISECONDS);
      later.execute(() -> request(1));
    }
  }

  @Override
  public void onError(Throwable failure) {
    stopped.completeExceptionally(failure);
    ended.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    stopped.completeExceptionally(new IllegalStateException("the range ended at " + messages));
    ended.complete(null);
  }

  private void request(int count) {
    ClientCallStreamObserver<GetRangeRequest> open = call;
    if (open != null) {
      open.request(count);
    }
  }
}
