package io.metastore.adapter.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A call that checks each response before it is sent. The first refusal ends the call. */
public final class GuardedCall<Q, R> extends EndableCall<Q, R> {
  private final Supplier<@Nullable StatusRuntimeException> guard;

  /**
   * @param guard called before each message to the client; returns the error that ends the call, or
   *     null
   */
  public GuardedCall(ServerCall<Q, R> call, Supplier<@Nullable StatusRuntimeException> guard) {
    super(call);
    this.guard = guard;
  }

  @Override
  public synchronized void sendMessage(R message) {
    StatusRuntimeException refusal = guard.get();
    if (refusal == null) {
      super.sendMessage(message);
    } else {
      end(refusal);
    }
  }

  /** Ends the call with an error, unless it has already ended. */
  public void end(StatusRuntimeException refusal) {
    Metadata trailers = refusal.getTrailers();
    end(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
  }
}
