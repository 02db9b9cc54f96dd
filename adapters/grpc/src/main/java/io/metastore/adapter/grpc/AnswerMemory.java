package io.metastore.adapter.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.metastore.core.api.AnswerBudget;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.StoreException.NotServed;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Counts unary answers that are not small and not {@linkplain LargeAnswer sent in pieces}: gRPC
 * keeps such an answer in memory until its client has taken it. It takes the bytes from {@link
 * Metastore#answers} as it is sent and gives them back when the call is over; without them the call
 * ends with an error. Stateless.
 */
public final class AnswerMemory implements ServerInterceptor {
  /** An answer that becomes JSON is there as a message, as text and as bytes of that. */
  private static final int JSON_COPIES = 6;

  private final AnswerBudget budget;
  private final Function<Throwable, StatusRuntimeException> errors;

  /**
   * @param errors what a call ends with for which there is no memory
   */
  public AnswerMemory(Metastore metastore, Function<Throwable, StatusRuntimeException> errors) {
    this.budget = metastore.answers();
    this.errors = errors;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    if (call.getMethodDescriptor().getType() != MethodType.UNARY) {
      return next.startCall(call, metadata); // messages of streams wait until the client is ready
    }
    Counted<Q, R> counted = new Counted<>(call);
    return new SimpleForwardingServerCallListener<>(next.startCall(counted, metadata)) {
      @Override
      public void onCancel() {
        counted.giveBack();
        super.onCancel();
      }

      @Override
      public void onComplete() {
        counted.giveBack();
        super.onComplete();
      }
    };
  }

  private final class Counted<Q, R> extends EndableCall<Q, R> {
    /** Null while nothing is held. Guarded by this, as the next. */
    private AnswerBudget.@Nullable Held held;

    private boolean over;

    Counted(ServerCall<Q, R> call) {
      super(call);
    }

    @Override
    public synchronized void sendMessage(R message) {
      if (take(bytes(message))) {
        super.sendMessage(message);
      } else {
        StatusRuntimeException refusal = errors.apply(new NotServed(NotServed.Reason.NO_MEMORY));
        Metadata trailers = refusal.getTrailers();
        end(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
      }
    }

    /** What sending it takes that nobody has counted yet. */
    private long bytes(Object message) {
      boolean json = connection() == null;
      if (message instanceof EncodedMessage encoded) {
        return json ? (long) JSON_COPIES * encoded.available() : encoded.sendingBytes();
      }
      long bytes = ((MessageLite) message).getSerializedSize();
      return json ? JSON_COPIES * bytes : bytes;
    }

    private boolean take(long bytes) {
      if (bytes <= Metastore.SMALL_RANGE_BYTES || over) {
        return true;
      }
      held = budget.tryTake(bytes, this::stalled);
      return held != null;
    }

    private void stalled() {
      PacedConnection connection = connection();
      if (connection != null) {
        connection.close();
      }
    }

    private @Nullable PacedConnection connection() {
      return getAttributes().get(PacedConnection.ATTRIBUTE);
    }

    synchronized void giveBack() {
      over = true;
      AnswerBudget.Held holding = held;
      if (holding != null) {
        held = null;
        holding.close();
      }
    }
  }
}
