package io.metastore.adapter.etcd;

import com.google.protobuf.CodedOutputStream;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.EncodedMessage;
import io.metastore.adapter.grpc.LargeAnswer;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.command.Range;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Range whose response can have any size. The range is read twice from one view of the store:
 * first to measure the response, because the message starts with its length, and then to write it
 * piece by piece. This takes the memory of a few pieces. A response that must be sorted is held in
 * memory as a whole.
 */
final class LargeRange {
  /** The size of a page. A response of one page is read only once. */
  private static final long PAGE_BYTES = 1 << 20;

  private static final long HELD_BYTES = LargeAnswer.SENDING_BYTES + PAGE_BYTES;

  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final RangeRequest request;
  private final Range range;

  /** Whether the response is in another order than that of the keys. */
  private final boolean sorted;

  /** Whether the response omits lease IDs. */
  private final boolean indexed;

  private final LargeAnswer answer;
  private long keys;
  private long bytes;

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
   * Whether the outcome says that the response is too large to build in memory, so that this class
   * must read the range.
   */
  static boolean isLarge(@Nullable Outcome outcome) {
    return outcome instanceof Outcome.Failed failed
        && failed.failure().code() == FailureCode.RESPONSE_TOO_LARGE;
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
                return;
              }
              answer.closeAtEnd(view);
              Range read = sorted ? wholeRange() : range;
              KeyPages pages = new KeyPages(view, read, PAGE_BYTES);
              answer.next(() -> measure(view, pages));
            });
  }

  /** The range to read for sorting. */
  private Range wholeRange() {
    return range.getOrder() == Range.Order.NONE
        ? range
        : range.toBuilder().clearOrder().clearSortTarget().clearLimit().build();
  }

  private void measure(ReadView view, KeyPages pages) {
    boolean first = keys == 0;
    List<KeyValue> page = pages.next();
    keys += page.size();
    bytes += bytes(page);
    if (pages.hasNext()) {
      answer.next(() -> measure(view, pages));
    } else if (sorted) {
      answer.take(HELD_BYTES + bytes, () -> sort(view, pages));
    } else {
      boolean more = pages.isCut();
      long count = more || RangeTranslator.hasRevisionFilter(request) ? count(view) : keys;
      send(view, first ? page : List.of(), first ? pages : pages.again(), more, count);
    }
  }

  /** The number of keys in the range, regardless of limit and filters. */
  private long count(ReadView view) {
    Range all =
        Range.newBuilder()
            .setKey(range.getKey())
            .setRangeEnd(range.getRangeEnd())
            .setRevision(range.getRevision())
            .setCountOnly(true)
            .build();
    return ((Outcome.Ranged) view.range(all)).result().count();
  }

  private void sort(ReadView view, KeyPages nothingMore) {
    Outcome outcome = view.range(range);
    if (outcome instanceof Outcome.Failed failed) {
      throw EtcdErrors.of(failed.failure().code()).exception();
    }
    RangeResult result = RangeTranslator.arrange(request, ((Outcome.Ranged) outcome).result());
    bytes = bytes(result.keyValues());
    send(view, result.keyValues(), nothingMore, result.more(), result.count());
  }

  private long bytes(List<KeyValue> page) {
    long sum = 0;
    for (KeyValue keyValue : page) {
      sum += KeyValues.entryBytes(keyValue, indexed);
    }
    return sum;
  }

  private void send(ReadView view, List<KeyValue> first, KeyPages rest, boolean more, long count) {
    RangeResponse head = RangeResponse.newBuilder().setHeader(headers.at(view.revision())).build();
    RangeResponse tail = RangeResponse.newBuilder().setMore(more).setCount(count).build();
    long length = head.getSerializedSize() + bytes + tail.getSerializedSize();
    if (length > Integer.MAX_VALUE) {
      throw EtcdError.RESPONSE_TOO_LARGE.exception();
    }
    answer.send(new Message((int) length, head, first, rest, tail, indexed));
  }

  /** The response, in the format of {@link RangeResponse}. */
  private static final class Message extends EncodedMessage {
    private static final int BUFFER_BYTES = 64 << 10;

    private final RangeResponse head;
    private final KeyPages rest;
    private final RangeResponse tail;
    private final boolean indexed;
    private List<KeyValue> page;
    private int next;
    private @Nullable CodedOutputStream out;

    /**
     * @param first the first keys
     * @param rest the keys after them
     */
    Message(
        int length,
        RangeResponse head,
        List<KeyValue> first,
        KeyPages rest,
        RangeResponse tail,
        boolean indexed) {
      super(length);
      this.head = head;
      this.page = first;
      this.rest = rest;
      this.tail = tail;
      this.indexed = indexed;
    }

    @Override
    protected boolean writePiece(OutputStream target) throws IOException {
      CodedOutputStream coded = out;
      if (coded == null) {
        coded = CodedOutputStream.newInstance(target, BUFFER_BYTES);
        out = coded;
        head.writeTo(coded);
      }
      long end = (long) coded.getTotalBytesWritten() + LargeAnswer.PIECE_BYTES;
      boolean more = true;
      while (more && coded.getTotalBytesWritten() < end) {
        more = writeNext(coded);
      }
      coded.flush();
      return more;
    }

    private boolean writeNext(CodedOutputStream coded) throws IOException {
      if (next < page.size()) {
        KeyValues.writeEntry(coded, page.get(next++), indexed);
        return true;
      }
      if (rest.hasNext()) {
        page = rest.next();
        next = 0;
        return true;
      }
      tail.writeTo(coded);
      return false;
    }
  }
}
