package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.command.Range;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.RangeStreamResponse;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends one range in chunks, all read from one view of the store.
 *
 * <p>A chunk is read only when the stream is ready for it, so a slow client holds one chunk in
 * memory, and no thread. All state belongs to whoever runs {@link #run}, one thread of {@link
 * Metastore#scans} at a time. The merged chunks are the answer that Range would give: header, more
 * and count are on the last one only.
 */
final class RangeStreamer {
  private static final long FIRST_CHUNK_KEYS = 10;
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final RangeRequest request;
  private final ServerCallStreamObserver<RangeStreamResponse> call;
  private final long chunkBytesTarget;

  /** How often {@link #run} was asked for and has not yet obeyed. */
  private final AtomicInteger wakes = new AtomicInteger();

  /** The client has gone. */
  private volatile boolean cancelled;

  /** Handed over by the first wake. */
  private volatile @Nullable ReadView view;

  private boolean done;
  private ByteString nextKey;
  private long chunkKeys = FIRST_CHUNK_KEYS;
  private long sentKeys;

  RangeStreamer(
      Metastore metastore,
      ResponseHeaders headers,
      RangeRequest request,
      ServerCallStreamObserver<RangeStreamResponse> call) {
    this.metastore = metastore;
    this.headers = headers;
    this.request = request;
    this.call = call;
    this.chunkBytesTarget = metastore.cluster().maxRequestBytes();
    this.nextKey = request.getKey();
  }

  /** What is wrong with the request, or null. */
  static @Nullable EtcdError findRefusal(RangeRequest request) {
    EtcdError refusal = RangeTranslator.findRefusal(request);
    if (refusal != null) {
      return refusal;
    }
    if (!RangeTranslator.isUnsorted(request)) {
      return EtcdError.STREAM_SORT;
    }
    return RangeTranslator.hasRevisionFilter(request) ? EtcdError.STREAM_FILTER : null;
  }

  /** Called once, before the service method returns. */
  void start() {
    Runnable gone =
        () -> {
          cancelled = true;
          wake();
        };
    call.setOnCancelHandler(gone);
    call.setOnCloseHandler(gone);
    call.setOnReadyHandler(this::wake);
    metastore
        .view(RangeTranslator.toConsistency(request))
        .whenComplete(
            (opened, failure) -> {
              if (failure != null) {
                call.onError(EtcdErrors.of(failure));
                return;
              }
              view = opened;
              wake();
            });
  }

  private void wake() {
    ReadView opened = view;
    if (opened == null || wakes.getAndIncrement() != 0) {
      return;
    }
    try {
      metastore.scans().execute(() -> run(opened));
    } catch (RejectedExecutionException e) {
      // Nobody else can be running: the count of wakes stays above zero for good.
      finish(opened);
      call.onError(EtcdErrors.of(e));
    }
  }

  private void run(ReadView opened) {
    int missed = 1;
    while (missed != 0) {
      try {
        sendWhileReady(opened);
      } catch (RuntimeException e) {
        finish(opened);
        call.onError(EtcdErrors.of(e));
      }
      missed = wakes.addAndGet(-missed);
    }
  }

  private void sendWhileReady(ReadView opened) {
    while (!done && !cancelled && call.isReady()) {
      Outcome outcome = opened.range(chunk());
      if (outcome instanceof Outcome.Ranged ranged) {
        send(opened, ranged.result());
      } else if (outcome instanceof Outcome.Failed failed) {
        if (failed.failure().code() == FailureCode.RESPONSE_TOO_LARGE && chunkKeys > 1) {
          // Larger values than those before; the next try is as much smaller as etcd's would be.
          chunkKeys /= 2;
        } else {
          finish(opened);
          call.onError(EtcdErrors.of(failed.failure().code()).exception());
        }
      }
    }
    if (cancelled) {
      finish(opened);
    }
  }

  private Range chunk() {
    Range.Builder range =
        Range.newBuilder()
            .setKey(nextKey)
            .setRangeEnd(request.getRangeEnd())
            .setRevision(request.getRevision())
            .setKeysOnly(request.getKeysOnly());
    return request.getCountOnly()
        ? range.setCountOnly(true).build()
        : range.setLimit(Math.min(chunkKeys, keysLeft())).setUncounted(true).build();
  }

  private long keysLeft() {
    return request.getLimit() > 0 ? request.getLimit() - sentKeys : Long.MAX_VALUE;
  }

  private void send(ReadView opened, RangeResult result) {
    List<KeyValue> keyValues = result.keyValues();
    sentKeys += keyValues.size();
    RangeResponse.Builder chunk = RangeResponse.newBuilder();
    RangeTranslator.addKeyValues(chunk, request, result);
    boolean last = !result.more() || keysLeft() == 0;
    if (result.more()) {
      nextKey = keyValues.get(keyValues.size() - 1).key().concat(ZERO);
    }
    if (last) {
      chunk
          .setHeader(headers.at(opened.revision()))
          .setMore(result.more())
          .setCount(
              request.getCountOnly()
                  ? result.count()
                  : result.more() ? sentKeys + countFrom(opened, nextKey) : sentKeys);
      finish(opened);
    }
    RangeResponse message = chunk.build();
    call.onNext(RangeStreamResponse.newBuilder().setRangeResponse(message).build());
    if (last) {
      call.onCompleted();
    } else {
      resize(message.getSerializedSize());
    }
  }

  private long countFrom(ReadView opened, ByteString key) {
    Outcome rest =
        opened.range(
            Range.newBuilder()
                .setKey(key)
                .setRangeEnd(request.getRangeEnd())
                .setRevision(request.getRevision())
                .setCountOnly(true)
                .build());
    return ((Outcome.Ranged) rest).result().count();
  }

  private void resize(int lastBytes) {
    if (lastBytes < chunkBytesTarget / 2) {
      chunkKeys *= 2;
    } else if (lastBytes > chunkBytesTarget * 2) {
      chunkKeys = Math.max(1, chunkKeys / 2);
    }
  }

  private void finish(ReadView opened) {
    if (!done) {
      done = true;
      opened.close();
    }
  }
}
