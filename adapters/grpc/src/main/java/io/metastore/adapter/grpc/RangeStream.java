package io.metastore.adapter.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.core.api.AnswerBudget;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.KeyOrder;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.command.Range;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Sends a range in chunks, all read from one view of the store.
 *
 * <p>A chunk is read only when the stream is ready for it, and has about the target size of a
 * message. A slow client therefore holds the memory of two messages, taken from {@link
 * Metastore#answers}, and no thread. All state belongs to the running task, which runs on one
 * thread of {@link Metastore#bulk} at a time.
 */
public abstract class RangeStream<M extends MessageLite> {
  /** The maximum number of keys in the first chunk. */
  protected static final long FIRST_CHUNK_KEYS = 10;

  private final Metastore metastore;
  private final Range range;
  private final ServerCallStreamObserver<M> call;
  private final long chunkBytesTarget;
  private final SerialTask sending = new SerialTask(this::sendWhatIsReady);

  /** True when the call has ended for any reason. */
  private volatile boolean ended;

  /** True when the client reads nothing and other calls wait for the memory. */
  private volatile boolean stalled;

  private volatile AnswerBudget.@Nullable Held held;

  /** Set before the first wake. */
  private volatile @Nullable ReadView view;

  /** True when the last chunk has been passed to gRPC. */
  private boolean complete;

  private boolean done;
  private ByteString nextKey;
  private long chunkKeys = FIRST_CHUNK_KEYS;
  private long sentKeys;

  /**
   * @param range unsorted and unfiltered; its limit applies to the whole stream
   * @param chunkBytesTarget the approximate size of most messages; a few may be larger by one value
   */
  protected RangeStream(
      Metastore metastore, Range range, ServerCallStreamObserver<M> call, long chunkBytesTarget) {
    this.metastore = metastore;
    this.range = range;
    this.call = call;
    this.chunkBytesTarget = chunkBytesTarget;
    this.nextKey = range.getKey();
  }

  /** Called once, before the service method returns. */
  public final void start(Consistency consistency) {
    call.setOnCancelHandler(this::end);
    call.setOnCloseHandler(this::end);
    call.setOnReadyHandler(this::wake);
    metastore
        .answers()
        .take(2 * chunkBytesTarget, this::stall)
        .whenComplete(
            (taken, failure) -> {
              held = taken;
              if (failure != null) {
                call.onError(toError(failure));
              } else if (ended) {
                taken.close();
              } else {
                open(consistency);
              }
            });
  }

  private void open(Consistency consistency) {
    metastore
        .view(consistency)
        .whenComplete(
            (opened, failure) -> {
              if (failure != null) {
                call.onError(toError(failure));
                return;
              }
              view = opened;
              wake();
            });
  }

  /** The keys that the client may see. */
  protected abstract List<KeyValue> toVisible(List<KeyValue> found);

  /**
   * Builds the message for one chunk.
   *
   * @param keyValues the visible keys
   * @param found everything that was found, and whether there are more keys than the limit
   * @param last whether this is the last message of the stream
   */
  protected abstract M toMessage(
      ReadView opened, List<KeyValue> keyValues, RangeResult found, boolean last);

  /** The status that ends the call if the range cannot be read. */
  protected abstract StatusRuntimeException toError(Failure failure);

  /** The status that ends the call if the server fails. */
  protected abstract StatusRuntimeException toError(Throwable failure);

  /** The number of keys sent, including those of the current chunk. */
  protected final long sentKeys() {
    return sentKeys;
  }

  private void end() {
    ended = true;
    AnswerBudget.Held holding = held;
    if (holding != null) {
      holding.close();
    }
    wake();
  }

  private void stall() {
    stalled = true;
    wake();
  }

  private void wake() {
    ReadView opened = view;
    if (opened == null) {
      return;
    }
    try {
      sending.wakeOn(metastore.bulk());
    } catch (RejectedExecutionException e) {
      finish(opened);
      call.onError(toError(e));
    }
  }

  private void sendWhatIsReady() {
    ReadView opened = view;
    if (opened == null || done) {
      return;
    }
    try {
      if (ended) {
        finish(opened);
      } else if (call.isReady()) {
        moved();
        if (complete) {
          finish(opened);
          call.onCompleted();
        } else {
          sendChunk(opened);
          wake();
        }
      } else if (stalled) {
        finish(opened);
        EncodedMessage.abort(
            call,
            Status.RESOURCE_EXHAUSTED.withDescription(
                "response was not read while others waited for its memory"));
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      finish(opened);
      call.onError(toError(e));
    }
  }

  private void moved() {
    stalled = false;
    AnswerBudget.Held holding = held;
    if (holding != null) {
      holding.moved();
    }
  }

  private void sendChunk(ReadView opened) {
    Outcome outcome = opened.range(chunk());
    if (outcome instanceof Outcome.Ranged ranged) {
      send(opened, ranged.result());
    } else if (outcome instanceof Outcome.Failed failed) {
      if (failed.failure().code() == FailureCode.RESPONSE_TOO_LARGE && chunkKeys > 1) {
        // The values are larger than those before. The next attempt is halved, as in etcd.
        chunkKeys /= 2;
      } else {
        finish(opened);
        call.onError(toError(failed.failure()));
      }
    }
  }

  private Range chunk() {
    return range.getCountOnly()
        ? range
        : range.toBuilder()
            .setKey(nextKey)
            .setLimit(Math.min(chunkKeys, keysLeft()))
            .setUncounted(true)
            .setBytesTarget(chunkBytesTarget)
            .build();
  }

  private long keysLeft() {
    return range.getLimit() > 0 ? range.getLimit() - sentKeys : Long.MAX_VALUE;
  }

  private void send(ReadView opened, RangeResult found) {
    List<KeyValue> keyValues = toVisible(found.keyValues());
    sentKeys += keyValues.size();
    if (found.more()) {
      nextKey = KeyOrder.after(found.keyValues().get(found.keyValues().size() - 1).key());
    }
    boolean last = !found.more() || keysLeft() == 0;
    M message = toMessage(opened, keyValues, found, last);
    call.onNext(message);
    if (last) {
      complete = true; // the call ends when the client has read it; until then it may be aborted
    } else if (keyValues.size() == found.keyValues().size()) {
      resize(message.getSerializedSize());
    }
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
