package io.metastore.bench.load;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.etcdapi.mvccpb.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The watchers of a run: some get an event for every put, the others get none.
 *
 * <p>Set up and read by the thread that runs the load; events arrive on event loops.
 */
final class WatchFan {
  /** The key that is put; the matching watchers watch it. */
  static final long HOT_KEY = 0;

  private static final long CREATE_TIMEOUT_SECONDS = 60;

  private final WatchSpec spec;
  private final KeySpace keys;
  private final Tally tally;
  private final LongAdder delivered = new LongAdder();
  private final CountDownLatch created;
  private final List<WatchStream> streams = new ArrayList<>();

  /**
   * Prepares the watchers.
   *
   * @param keys a key space with a key for each watcher in addition to the hot key
   * @param tally counts delivery times and broken streams
   */
  WatchFan(WatchSpec spec, KeySpace keys, Tally tally) {
    this.spec = spec;
    this.keys = keys;
    this.tally = tally;
    this.created = new CountDownLatch(spec.watchers());
  }

  /**
   * Creates all watchers and waits until the server has confirmed them.
   *
   * @throws IllegalStateException if that takes more than a minute
   */
  void begin(Connections connections) throws InterruptedException {
    for (int i = 0; i < spec.streams(); i++) {
      streams.add(new WatchStream(connections.of(i)));
    }
    for (int i = 0; i < spec.watchers(); i++) {
      streams.get(i % streams.size()).create(watch(i));
    }
    if (!created.await(CREATE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "%d of %d watchers not created within %d s"
              .formatted(created.getCount(), spec.watchers(), CREATE_TIMEOUT_SECONDS));
    }
  }

  int watchers() {
    return spec.watchers();
  }

  int matching() {
    return spec.matching();
  }

  /** The number of events received by all watchers together. */
  long delivered() {
    return delivered.sum();
  }

  /** Ends all streams. */
  void end() {
    streams.forEach(WatchStream::end);
  }

  private WatchCreateRequest watch(int ordinal) {
    ByteString hot = keys.key(HOT_KEY);
    if (ordinal < spec.matching()) {
      return WatchCreateRequest.newBuilder().setKey(hot).build();
    }
    ByteString own = keys.key(HOT_KEY + 1 + ordinal);
    return switch (spec.shape()) {
      case DISTINCT -> WatchCreateRequest.newBuilder().setKey(own).build();
      case SAME -> WatchCreateRequest.newBuilder().setKey(keys.key(HOT_KEY + 1)).build();
      case PREFIX ->
          WatchCreateRequest.newBuilder().setKey(own).setRangeEnd(prefixEnd(own)).build();
      case FILTERED ->
          WatchCreateRequest.newBuilder()
              .setKey(hot)
              .addFilters(WatchCreateRequest.FilterType.NOPUT)
              .build();
    };
  }

  /** The end of the range of all keys with this prefix, which ends in a digit. */
  private static ByteString prefixEnd(ByteString prefix) {
    byte[] end = prefix.toByteArray();
    end[end.length - 1]++;
    return ByteString.copyFrom(end);
  }

  private final class WatchStream extends ClientCall.Listener<WatchResponse> {
    private final ClientCall<WatchRequest, WatchResponse> call;

    WatchStream(Channel channel) {
      call = channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.request(1);
    }

    void create(WatchCreateRequest request) {
      call.sendMessage(WatchRequest.newBuilder().setCreateRequest(request).build());
    }

    void end() {
      call.cancel("the run has ended", null);
    }

    @Override
    public void onMessage(WatchResponse response) {
      if (response.getCreated()) {
        created.countDown();
      }
      long now = System.nanoTime();
      for (Event event : response.getEventsList()) {
        tally.succeeded(now - event.getKv().getValue().asReadOnlyByteBuffer().getLong());
        delivered.increment();
      }
      call.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.getCode() != Status.Code.CANCELLED) {
        tally.failed(status.getCode());
      }
    }
  }
}
