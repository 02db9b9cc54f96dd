package io.metastore.server.migrate;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.etcdapi.mvccpb.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The changes of the source, revision by revision. At most one message of the source is in memory.
 * For one thread.
 */
final class SourceWatch implements AutoCloseable {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
  private final Deque<Event> events = new ArrayDeque<>();
  private final Listener listener = new Listener();

  /**
   * Begins to watch all keys.
   *
   * @param firstRevision not compacted
   */
  SourceWatch(Store source, long firstRevision) {
    WatchGrpc.newStub(source.channel())
        .withMaxInboundMessageSize(Integer.MAX_VALUE) // a revision of the source is not divided
        .watch(listener);
    listener.stream.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(ZERO)
                    .setRangeEnd(ZERO)
                    .setStartRevision(firstRevision))
            .build());
  }

  /**
   * All events of the next revision, in order.
   *
   * @param waitMs how long to wait for one
   * @return empty if none arrived in this time
   * @throws StatusRuntimeException if the watch ended
   */
  List<Event> next(long waitMs) throws InterruptedException {
    while (events.isEmpty()) {
      Object message = arrived.poll(waitMs, TimeUnit.MILLISECONDS);
      if (message == null) {
        return List.of();
      }
      if (!(message instanceof WatchResponse response)) {
        throw Status.fromThrowable((Throwable) message).asRuntimeException();
      }
      if (response.getCanceled()) {
        throw Status.OUT_OF_RANGE
            .withDescription(
                "the source has ended the watch: %s (compacted revision %d)"
                    .formatted(response.getCancelReason(), response.getCompactRevision()))
            .asRuntimeException();
      }
      events.addAll(response.getEventsList());
      listener.stream.request(1);
    }
    // A message contains whole revisions, because fragments were not asked for.
    List<Event> one = new ArrayList<>();
    long revision = events.getFirst().getKv().getModRevision();
    while (!events.isEmpty() && events.getFirst().getKv().getModRevision() == revision) {
      one.add(events.removeFirst());
    }
    return one;
  }

  @Override
  public void close() {
    listener.stream.cancel("the migration has ended", null);
  }

  private final class Listener implements ClientResponseObserver<WatchRequest, WatchResponse> {
    @SuppressWarnings("NullAway.Init") // gRPC calls beforeStart() first
    private ClientCallStreamObserver<WatchRequest> stream;

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> started) {
      stream = started;
      started.disableAutoRequestWithInitial(1);
    }

    @Override
    public void onNext(WatchResponse response) {
      arrived.add(response);
    }

    @Override
    public void onError(Throwable failure) {
      arrived.add(failure);
    }

    @Override
    public void onCompleted() {
      arrived.add(Status.UNAVAILABLE.withDescription("the source ended the watch").asException());
    }
  }
}
