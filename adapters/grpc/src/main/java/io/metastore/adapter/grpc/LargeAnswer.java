package io.metastore.adapter.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.core.api.AnswerBudget;
import io.metastore.core.api.Metastore;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Completes a unary call whose response may be large. It takes memory for the response from the
 * budget, builds the response in steps on {@link Metastore#bulk}, and sends it in pieces as the
 * client reads them. The memory is held until the call ends. If a client reads nothing while other
 * calls wait for memory, its connection is closed.
 *
 * <p>One step runs at a time. {@link #take}, {@link #next} and {@link #send} each set the next
 * step, so a step calls at most one of them, as its last action. Other code calls them only while
 * no step is running.
 */
public final class LargeAnswer {
  /**
   * The next piece is built when less than this is unsent; also the approximate size of a piece.
   */
  public static final int PIECE_BYTES = 512 << 10;

  /**
   * Memory used for sending, in addition to that of the response's source: unsent pieces and gRPC's
   * buffers.
   */
  public static final int SENDING_BYTES = 3 * PIECE_BYTES;

  private final Metastore metastore;
  private final ServerCallStreamObserver<?> call;
  private final Function<Throwable, StatusRuntimeException> errors;
  private final SerialTask steps = new SerialTask(this::step);

  private volatile boolean began;

  /** True when the call has ended for any reason. */
  private volatile boolean ended;

  private volatile @Nullable Step next;
  private volatile AnswerBudget.@Nullable Held held;
  private volatile @Nullable EncodedMessage message;
  private volatile @Nullable AutoCloseable source;

  /** True when everything has been passed to gRPC, or the call has failed. */
  private boolean done;

  /** A part of the work. An exception ends the call. */
  @FunctionalInterface
  public interface Step {
    void run() throws IOException;
  }

  /**
   * Sets the call's handlers; called within the service method. The handlers do nothing until
   * {@link #take}, so the call can also be answered without this class.
   *
   * @param errors the status that ends the call when a step or the store fails
   */
  public LargeAnswer(
      Metastore metastore,
      ServerCallStreamObserver<?> call,
      Function<Throwable, StatusRuntimeException> errors) {
    this.metastore = metastore;
    this.call = call;
    this.errors = errors;
    call.setOnReadyThreshold(PIECE_BYTES);
    call.setOnReadyHandler(this::wake);
    call.setOnCancelHandler(this::end);
    call.setOnCloseHandler(this::end);
  }

  /**
   * Waits for memory and then continues with a step.
   *
   * @param bytes the total, including {@link #SENDING_BYTES}; memory held before is returned first
   */
  public void take(long bytes, Step then) {
    began = true;
    giveBack();
    metastore
        .answers()
        .take(bytes, this::stalled)
        .whenComplete(
            (taken, failure) -> {
              held = taken;
              next(failure == null ? then : () -> fail(failure));
            });
  }

  /** Continues with this step. */
  public void next(Step step) {
    next = step;
    wake();
  }

  /** Ends the call with a failure of the store. */
  public void next(Throwable failure) {
    next(() -> fail(failure));
  }

  /** Sets the resource to close when the last piece has been built or the call has ended. */
  public void closeAtEnd(AutoCloseable opened) {
    source = opened;
  }

  /** Sends the response; its first piece at once if the client is ready. */
  public void send(EncodedMessage answer) throws IOException {
    message = answer;
    answer.sendTo(call);
    write(answer);
  }

  private void write(EncodedMessage answer) throws IOException {
    if (!call.isReady()) {
      next = () -> write(answer); // the onReady handler wakes this step
    } else if (answer.write()) {
      moved();
      next(() -> write(answer));
    } else {
      closeSource();
      done = true;
      call.onCompleted();
    }
  }

  private void end() {
    ended = true;
    wake();
  }

  private void wake() {
    if (!began) {
      return;
    }
    try {
      steps.wakeOn(metastore.bulk());
    } catch (RejectedExecutionException e) {
      fail(e);
    }
  }

  private void step() {
    if (ended) {
      // Only an ended call makes gRPC release its part of an incomplete message.
      fail(Status.CANCELLED.asRuntimeException());
      giveBack();
      return;
    }
    Step step = next;
    if (step == null || done) {
      return;
    }
    next = null;
    try {
      step.run();
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      fail(e);
    }
  }

  private void fail(Throwable failure) {
    closeSource();
    if (!done) {
      done = true;
      call.onError(failure instanceof StatusRuntimeException made ? made : errors.apply(failure));
    }
  }

  private void stalled() {
    EncodedMessage sent = message;
    if (sent != null) {
      sent.cut();
    }
  }

  private void moved() {
    AnswerBudget.Held holding = held;
    if (holding != null) {
      holding.moved();
    }
  }

  private void giveBack() {
    AnswerBudget.Held holding = held;
    if (holding != null) {
      held = null;
      holding.close();
    }
  }

  private void closeSource() {
    AutoCloseable opened = source;
    if (opened != null) {
      source = null;
      try {
        opened.close();
      } catch (Exception e) {
        throw new IllegalStateException("close failed", e);
      }
    }
  }
}
