package io.metastore.adapter.etcd;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.CodedOutputStream;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.EncodedMessage;
import io.metastore.adapter.grpc.SerialTask;
import io.metastore.core.api.AnswerBudget;
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
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A Range whose answer may be of any size. It is read twice from one view of the store: first to
 * learn its length, with which the message begins, then to write it, piece by piece as the client
 * takes it. So it holds the memory of a few pieces, and no thread. An answer that has to be sorted
 * is held whole, and takes as much more from the budget.
 *
 * <p>All state belongs to whoever runs the task, one thread of {@link Metastore#bulk} at a time.
 */
final class LargeRange {
  /** About what one step reads and writes; also what may be unsent when the next one begins. */
  private static final int PIECE_BYTES = 512 << 10;

  /** What an answer holds: a piece as objects, and what gRPC has not sent yet. */
  private static final int HELD_BYTES = 4 * PIECE_BYTES;

  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final RangeRequest request;
  private final ServerCallStreamObserver<RangeResponse> call;
  private final Range range;

  /** Whether the answer's order is not that of the keys. */
  private final boolean sorted;

  /** Whether the answer has no leases. */
  private final boolean indexed;

  private final SerialTask steps = new SerialTask(this::step);

  /** The call is over, whoever ended it. */
  private volatile boolean ended;

  private volatile AnswerBudget.@Nullable Held held;
  private volatile @Nullable Throwable noMemory;
  private volatile @Nullable ReadView view;
  private volatile @Nullable Message message;

  private State state = State.MEASURING;
  private @Nullable KeyPages pages;

  /** The answer's keys, if they are at hand. */
  private @Nullable List<KeyValue> found;

  private long keys;
  private long bytes;

  private enum State {
    MEASURING,
    SORTING,
    SENDING,
    /** All is given to gRPC, which has yet to send some of it. */
    SENT,
    OVER
  }

  /** Called within the service method: it sets the call's handlers. */
  LargeRange(
      Metastore metastore,
      ResponseHeaders headers,
      RangeRequest request,
      ServerCallStreamObserver<RangeResponse> call) {
    this.metastore = metastore;
    this.headers = headers;
    this.request = request;
    this.call = call;
    this.range = RangeTranslator.toRange(request);
    this.sorted = range.getOrder() != Range.Order.NONE || RangeTranslator.sortsPage(request);
    this.indexed = RangeTranslator.isIndexed(request);
    call.setOnReadyThreshold(PIECE_BYTES);
    call.setOnReadyHandler(this::wake);
    call.setOnCancelHandler(this::callEnded);
    call.setOnCloseHandler(this::callEnded);
  }

  /** Whether the store left the range to this class. */
  static boolean isLarge(@Nullable Outcome outcome) {
    return outcome instanceof Outcome.Failed failed
        && failed.failure().code() == FailureCode.RESPONSE_TOO_LARGE;
  }

  /** Reads and answers; any thread. */
  void start() {
    takeMemory(HELD_BYTES, this::openView);
  }

  private void takeMemory(long wanted, Runnable then) {
    metastore
        .answers()
        .take(wanted, this::stalled)
        .whenComplete(
            (taken, failure) -> {
              held = taken;
              noMemory = failure;
              then.run();
            });
  }

  private void openView() {
    if (noMemory != null) {
      fail(EtcdErrors.of(noMemory));
      return;
    }
    metastore
        .view(RangeTranslator.toConsistency(request))
        .whenComplete(
            (opened, failure) -> {
              view = opened;
              if (failure == null) {
                wake();
              } else {
                fail(EtcdErrors.of(failure));
              }
            });
  }

  private void callEnded() {
    ended = true;
    wake();
  }

  /** The client takes nothing. */
  private void stalled() {
    Message sent = message;
    if (sent != null) {
      sent.cut();
    }
  }

  private void wake() {
    if (view == null) {
      return; // the call is not large, or not yet
    }
    try {
      steps.wakeOn(metastore.bulk());
    } catch (RejectedExecutionException e) {
      fail(EtcdErrors.of(e));
    }
  }

  // --- one step after the other ------------------------------------------------------------------

  private void step() {
    try {
      if (ended && state == State.SENT) {
        end();
      } else if (ended && state != State.OVER) {
        // The client has gone. Only an ended call releases what gRPC holds of a half message.
        fail(Status.CANCELLED.asRuntimeException());
      }
      switch (state) {
        case MEASURING -> measure(requireNonNull(view, "view"));
        case SORTING -> sort(requireNonNull(view, "view"));
        case SENDING -> send(requireNonNull(message, "message"));
        case SENT, OVER -> {}
      }
    } catch (StatusRuntimeException e) {
      fail(e);
    } catch (IOException | RuntimeException | OutOfMemoryError e) { // one call's, not the server's
      fail(EtcdErrors.of(e));
    }
  }

  private void measure(ReadView opened) {
    if (pages == null) {
      pages = new KeyPages(opened, sorted ? allOfIt() : range, PIECE_BYTES);
    }
    List<KeyValue> page = pages.next();
    found = keys == 0 ? page : null;
    keys += page.size();
    for (KeyValue keyValue : page) {
      bytes += KeyValues.entryBytes(keyValue, indexed);
    }
    moved();
    if (pages.hasNext()) {
      wake();
    } else if (sorted) {
      found = null;
      state = State.SORTING;
      releaseMemory();
      takeMemory(HELD_BYTES + bytes, this::wake);
    } else {
      begin(opened, pages.isCut(), count(opened, pages.isCut()));
    }
  }

  /** What has to be read to sort the range. */
  private Range allOfIt() {
    return range.getOrder() == Range.Order.NONE
        ? range
        : range.toBuilder().clearOrder().clearSortTarget().clearLimit().build();
  }

  /** All keys in the range, whatever limit and filters kept back. */
  private long count(ReadView opened, boolean cut) {
    if (!cut && !RangeTranslator.hasRevisionFilter(request)) {
      return keys;
    }
    Range all =
        Range.newBuilder()
            .setKey(range.getKey())
            .setRangeEnd(range.getRangeEnd())
            .setRevision(range.getRevision())
            .setCountOnly(true)
            .build();
    return ((Outcome.Ranged) opened.range(all)).result().count();
  }

  private void sort(ReadView opened) {
    if (noMemory != null) {
      fail(EtcdErrors.of(noMemory));
    } else if (held != null) {
      Outcome outcome = opened.range(range);
      if (outcome instanceof Outcome.Failed failed) {
        throw EtcdErrors.of(failed.failure().code()).exception();
      }
      RangeResult result = RangeTranslator.arrange(request, ((Outcome.Ranged) outcome).result());
      bytes = 0;
      for (KeyValue keyValue : result.keyValues()) {
        bytes += KeyValues.entryBytes(keyValue, indexed);
      }
      found = result.keyValues();
      begin(opened, result.more(), result.count());
    }
  }

  private void begin(ReadView opened, boolean more, long count) {
    RangeResponse head =
        RangeResponse.newBuilder().setHeader(headers.at(opened.revision())).build();
    RangeResponse tail = RangeResponse.newBuilder().setMore(more).setCount(count).build();
    long length = head.getSerializedSize() + bytes + tail.getSerializedSize();
    if (length > Integer.MAX_VALUE) {
      throw EtcdError.RESPONSE_TOO_LARGE.exception();
    }
    KeyPages read = requireNonNull(pages, "pages");
    Message begun =
        found == null
            ? new Message((int) length, head, List.of(), read.again(), tail)
            : new Message((int) length, head, found, read, tail);
    found = null;
    message = begun;
    state = State.SENDING;
    begun.sendTo(call);
    wake();
  }

  private void send(Message begun) throws IOException {
    if (!call.isReady()) {
      return;
    }
    moved();
    if (begun.write()) {
      wake();
      return;
    }
    state = State.SENT;
    closeView();
    call.onCompleted();
  }

  private void moved() {
    AnswerBudget.Held holding = held;
    if (holding != null) {
      holding.moved();
    }
  }

  // --- how it ends -------------------------------------------------------------------------------

  private void fail(StatusRuntimeException failure) {
    end();
    call.onError(failure);
  }

  private void end() {
    state = State.OVER;
    closeView();
    releaseMemory();
  }

  private void closeView() {
    ReadView opened = view;
    if (opened != null) {
      opened.close();
    }
  }

  private void releaseMemory() {
    AnswerBudget.Held holding = held;
    if (holding != null) {
      held = null;
      holding.close();
    }
  }

  /** The answer, in the format of {@link RangeResponse}. */
  private final class Message extends EncodedMessage {
    private static final int BUFFER_BYTES = 64 << 10;

    private final RangeResponse tail;
    private final KeyPages rest;
    private List<KeyValue> page;
    private int next;
    private final RangeResponse head;
    private @Nullable CodedOutputStream out;

    /**
     * @param page the first keys
     * @param rest those after them
     */
    Message(
        int length, RangeResponse head, List<KeyValue> page, KeyPages rest, RangeResponse tail) {
      super(length);
      this.head = head;
      this.page = page;
      this.rest = rest;
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
      int end = coded.getTotalBytesWritten() + PIECE_BYTES;
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
