package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.EncodedMessage;
import io.metastore.adapter.grpc.LargeAnswer;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.KeyWalk;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Meters;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.RequestKind;
import io.metastore.core.command.Range;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A Range whose response can have any size. The range is read twice from one view of the store:
 * first to measure the response, because the message starts with its length, and then to write it
 * piece by piece. This takes the memory of a few pieces. A response of up to 1 MiB is encoded while
 * it is measured, and read only once. A response that must be sorted is held in memory as a whole.
 */
final class LargeRange {
  /** The largest response that is read only once. */
  private static final int ONCE_BYTES = 1 << 20;

  /** Arrays of that size, kept for the next responses: allocating one costs more than using it. */
  private static final Queue<byte[]> ONCE_ARRAYS = new ArrayBlockingQueue<>(4);

  private static final byte[] NOTHING = new byte[0];

  private static final long HELD_BYTES = LargeAnswer.SENDING_BYTES + ONCE_BYTES;

  /** The bytes measured in one step. After a step, other responses have their turn. */
  private static final long STEP_BYTES = 8 << 20;

  private static final long STEP_KEYS = 8 << 10;

  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final RangeRequest request;
  private final Range range;
  private final long startNanos = System.nanoTime();

  /** Whether the response is in another order than that of the keys. */
  private final boolean sorted;

  /** Whether the response omits lease IDs. */
  private final boolean indexed;

  private final LargeAnswer answer;
  private long keys;
  private long bytes;

  /** When reading began, after waiting for memory and for the view. */
  private long readNanos;

  /** Sets the call's handlers; called within the service method. */
  LargeRange(
      Metastore metastore,
      ResponseHeaders headers,
      RangeRequest request,
      ServerCallStreamObserver<RangeResponse> call) {
    this.metastore = metastore;
    this.headers = headers;
    this.request = request;
    this.range = RangeTranslator.toRange(request);
    this.sorted = range.getOrder() != Range.Order.NONE || RangeTranslator.sortsPage(request);
    this.indexed = RangeTranslator.isIndexed(request);
    this.answer = new LargeAnswer(metastore, call, EtcdErrors::of);
  }

  /**
   * Whether this class must read the range: the outcome says that the response is too large to
   * build in memory, or it is a value so large that it needs memory from the budget.
   */
  static boolean isLarge(@Nullable Outcome outcome) {
    if (outcome instanceof Outcome.Failed failed) {
      return failed.failure().code() == FailureCode.RESPONSE_TOO_LARGE;
    }
    return outcome instanceof Outcome.Ranged ranged
        && ranged.result().keyValues().size() == 1
        && ranged.result().keyValues().get(0).value().size() > Metastore.SMALL_RANGE_BYTES;
  }

  /** Reads the range and responds. Any thread. */
  void start() {
    answer.take(HELD_BYTES, this::openView);
  }

  private void openView() {
    metastore
        .view(RangeTranslator.toConsistency(request))
        .whenComplete(
            (view, failure) -> {
              if (failure != null) {
                answer.next(failure);
              } else {
                answer.closeAtEnd(view);
                answer.next(() -> begin(view));
              }
            });
  }

  private void begin(ReadView view) throws IOException {
    readNanos = System.nanoTime();
    Failure refusal = view.findRefusal(range);
    if (refusal != null) {
      throw EtcdErrors.of(refusal.code()).exception();
    }
    KeyWalk walk = view.walk(range);
    if (sorted) {
      closeAtEnd(walk, view);
      measure(view, walk, NOTHING, CodedOutputStream.newInstance(NOTHING));
      return;
    }
    byte[] kept = ONCE_ARRAYS.poll();
    byte[] once = kept == null ? new byte[ONCE_BYTES] : kept;
    closeAtEnd(() -> ONCE_ARRAYS.offer(once), walk, view);
    measure(view, walk, once, CodedOutputStream.newInstance(once));
  }

  private void closeAtEnd(AutoCloseable... opened) {
    answer.closeAtEnd(
        () -> {
          for (AutoCloseable one : opened) {
            one.close();
          }
        });
  }

  /** The number of keys to measure: of a range that must be sorted, all keys. */
  private long keysMax() {
    return range.getOrder() == Range.Order.NONE && range.getLimit() > 0
        ? range.getLimit()
        : Long.MAX_VALUE;
  }

  /**
   * @param once takes the entries as long as there is room, by way of {@code out}
   */
  private void measure(ReadView view, KeyWalk walk, byte[] once, CodedOutputStream out)
      throws IOException {
    long keysMax = keysMax();
    long stepKeys = keys + STEP_KEYS;
    long stepBytes = bytes + STEP_BYTES;
    while (keys < stepKeys && bytes < stepBytes) {
      boolean found = walk.next();
      if (!found || keys == keysMax) {
        ByteString following = found ? walk.key() : null;
        walk.close();
        measured(view, once, following);
        return;
      }
      keys++;
      bytes += KeyValues.entryBytes(walk, indexed);
      if (bytes <= once.length) {
        KeyValues.writeEntry(out, walk, indexed);
      }
    }
    walk.pause();
    answer.next(() -> measure(view, walk, once, out));
  }

  /**
   * @param following the first key that the limit keeps back; null if there is none
   */
  private void measured(ReadView view, byte[] once, @Nullable ByteString following)
      throws IOException {
    if (sorted) {
      answer.take(HELD_BYTES + bytes, () -> sort(view));
      return;
    }
    boolean more = following != null;
    long count = keys;
    if (RangeTranslator.hasRevisionFilter(request)) {
      count = count(view, range.getKey()); // those that do not pass count too
    } else if (following != null) {
      count += count(view, following);
    }
    if (bytes <= once.length) {
      send(view, new EncodedEntries(once, (int) bytes), more, count);
    } else {
      KeyWalk walk = view.walk(range);
      closeAtEnd(() -> ONCE_ARRAYS.offer(once), walk, view);
      send(view, new WalkedEntries(walk, keys, indexed), more, count);
    }
  }

  /** The number of keys in the range from this key on, regardless of limit and filters. */
  private long count(ReadView view, ByteString from) {
    Range all =
        Range.newBuilder()
            .setKey(from)
            .setRangeEnd(range.getRangeEnd())
            .setRevision(range.getRevision())
            .setCountOnly(true)
            .build();
    return ((Outcome.Ranged) view.range(all)).result().count();
  }

  private void sort(ReadView view) throws IOException {
    Outcome outcome = view.range(range);
    if (outcome instanceof Outcome.Failed failed) {
      throw EtcdErrors.of(failed.failure().code()).exception();
    }
    RangeResult result = RangeTranslator.arrange(request, ((Outcome.Ranged) outcome).result());
    List<KeyValue> keyValues = result.keyValues();
    bytes = 0;
    KeyWalk measured = KeyWalk.of(keyValues);
    while (measured.next()) {
      bytes += KeyValues.entryBytes(measured, indexed);
    }
    Entries entries = new WalkedEntries(KeyWalk.of(keyValues), keyValues.size(), indexed);
    send(view, entries, result.more(), result.count());
  }

  private void send(ReadView view, Entries entries, boolean more, long count) throws IOException {
    RangeResponse head = RangeResponse.newBuilder().setHeader(headers.at(view.revision())).build();
    RangeResponse tail = RangeResponse.newBuilder().setMore(more).setCount(count).build();
    long length = head.getSerializedSize() + bytes + tail.getSerializedSize();
    if (length > Integer.MAX_VALUE) {
      throw EtcdError.RESPONSE_TOO_LARGE.exception();
    }
    Meters meters = metastore.cluster().meters();
    meters.rangeReads(/* success= */ true).recordSince(readNanos);
    meters.requests(RequestKind.RANGE, /* success= */ true).recordSince(startNanos);
    answer.send(new Message((int) length, head, entries, tail));
  }

  /** The key-values of an answer in its wire format. */
  private interface Entries {
    /**
     * Writes some more of them.
     *
     * @param bytes about how many
     * @return whether there are more
     */
    boolean write(CodedOutputStream out, int bytes) throws IOException;
  }

  /** Those of an answer that was encoded while it was measured. */
  private static final class EncodedEntries implements Entries {
    private final byte[] encoded;
    private final int length;

    EncodedEntries(byte[] encoded, int length) {
      this.encoded = encoded;
      this.length = length;
    }

    @Override
    public boolean write(CodedOutputStream out, int bytes) throws IOException {
      out.write(encoded, 0, length);
      return false;
    }
  }

  /** Those that a walk finds, as far as the answer has them. */
  private static final class WalkedEntries implements Entries {
    private final KeyWalk walk;
    private final boolean indexed;
    private long left;

    WalkedEntries(KeyWalk walk, long keys, boolean indexed) {
      this.walk = walk;
      this.left = keys;
      this.indexed = indexed;
    }

    @Override
    public boolean write(CodedOutputStream out, int bytes) throws IOException {
      long end = (long) out.getTotalBytesWritten() + bytes;
      while (left > 0 && out.getTotalBytesWritten() < end) {
        if (!walk.next()) {
          throw new IllegalStateException("the walk has " + left + " keys less than were counted");
        }
        KeyValues.writeEntry(out, walk, indexed);
        left--;
      }
      walk.pause();
      return left > 0;
    }
  }

  /** The response, in the format of {@link RangeResponse}. */
  private static final class Message extends EncodedMessage {
    private static final int BUFFER_BYTES = 64 << 10;

    private final RangeResponse head;
    private final Entries entries;
    private final RangeResponse tail;
    private @Nullable CodedOutputStream out;

    Message(int length, RangeResponse head, Entries entries, RangeResponse tail) {
      super(length);
      this.head = head;
      this.entries = entries;
      this.tail = tail;
    }

    @Override
    protected boolean writePiece(OutputStream target) throws IOException {
      CodedOutputStream coded = out;
      if (coded == null) {
        coded = CodedOutputStream.newInstance(target, BUFFER_BYTES);
        out = coded;
        head.writeTo(coded);
      }
      boolean more = entries.write(coded, LargeAnswer.PIECE_BYTES);
      if (!more) {
        tail.writeTo(coded);
      }
      coded.flush();
      return more;
    }
  }
}
