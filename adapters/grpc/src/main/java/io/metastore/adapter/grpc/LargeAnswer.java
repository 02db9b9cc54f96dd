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
 * Ends a unary call with an answer that may be large: takes memory for it, makes it in steps on
 * {@link Metastore#bulk}, and sends it in pieces as the client takes them. The memory is held until
 * the call is over. A client that takes nothing while others wait for memory is cut off.
 *
 * <p>One step runs at a time. {@link #take}, {@link #next} and {@link #send} each say what the next
 * one is, so a step calls one of them at most, as its last act; whoever is not a step does so only
 * while none is under way.
 */
public final class LargeAnswer {
  /** What may be unsent when the next piece is made, and about what a piece should have. */
  public static final int PIECE_BYTES = 512 << 10;

  /** What sending takes, beside what the answer's maker holds: unsent pieces, gRPC's buffers. */
  public static final int SENDING_BYTES = 3 * PIECE_BYTES;

  private final Metastore metastore;
  private final ServerCallStreamObserver<?> call;
  private final Function<Throwable, StatusRuntimeException> errors;
  private final SerialTask steps = new SerialTask(this::step);

  private volatile boolean began;

  /** The call is over, whoever ended it. */
  private volatile boolean ended;

  private volatile @Nullable Step next;
  private volatile AnswerBudget.@Nullable Held held;
  private volatile @Nullable EncodedMessage message;
  private volatile @Nullable AutoCloseable source;

  /** All is given to gRPC, or the call has failed. */
  private boolean done;

  /** A part of the work; what it throws ends the call. */
  @FunctionalInterface
  public interface Step {
    void run() throws IOException;
  }

  /**
   * Called within the service method: it sets the call's handlers. They do nothing until {@link
   * #take}, so the call may also be answered without this class.
   *
   * @param errors what ends the call when a step or the store fails
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
   * Waits for memory, and then goes on.
   *
   * @param bytes in all, {@link #SENDING_BYTES} included; what was held before is given back first
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

  /** Goes on with this step. */
  public void next(Step step) {
    next = step;
    wake();
  }

  /** Ends the call with a failure of the store. */
  public void next(Throwable failure) {
    next(() -> fail(failure));
  }

  /** What is closed when the last piece is made, or the call is over. */
  public void closeAtEnd(AutoCloseable opened) {
    source = opened;
  }

  /** Sends the answer. */
  public void send(EncodedMessage answer) {
    message = answer;
    answer.sendTo(call);
    next(() -> write(answer));
  }

  private void write(EncodedMessage answer) throws IOException {
    if (!call.isReady()) {
      next = () -> write(answer); // woken when it is
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
      // Only an ended call releases what gRPC holds of a message that is cut off.
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
        throw new IllegalStateException("closing is not supposed to fail", e);
      }
    }
  }
}
