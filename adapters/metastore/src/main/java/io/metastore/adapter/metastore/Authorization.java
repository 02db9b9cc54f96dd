package io.metastore.adapter.metastore;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.metastore.adapter.grpc.CheckedRequests;
import io.metastore.adapter.grpc.GuardedCall;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.core.api.Metastore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks of every call, while access control is on, who makes it and whether that one may.
 *
 * <p>A request is decided on before its service sees it. Rules may change after that: commands
 * carry what they were decided on and fail in their turn, reads are decided anew before their
 * answer, and so is each message of a stream. While access control is off a unary call costs one
 * look at the switch.
 */
final class Authorization implements ServerInterceptor {
  static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  private final Metastore metastore;
  private final LongSupplier clockMs;

  /**
   * @param clockMs milliseconds since 1970: when tokens end
   */
  Authorization(Metastore metastore, LongSupplier clockMs) {
    this.metastore = metastore;
    this.clockMs = clockMs;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    MethodDescriptor<Q, R> method = call.getMethodDescriptor();
    boolean enabled = metastore.access().enabled();
    // A stream may live to see access control switched on.
    if (!enabled && method.getType() == MethodType.UNARY) {
      return next.startCall(call, metadata);
    }
    Requirements.Requirement<Q> requirement = find(method);
    if (requirement == null) {
      new GuardedCall<>(call, () -> null).end(Errors.of(unknown()));
      return new ServerCall.Listener<>() {};
    }
    if (requirement.open()) {
      return next.startCall(call, metadata);
    }
    TokenCaller caller = new TokenCaller(metadata.get(TOKEN), clockMs.getAsLong());
    return CheckedRequests.start(
        metastore,
        caller,
        request -> caller.demand(requirement.needs().apply(request)),
        Errors::of,
        call,
        metadata,
        next);
  }

  private static Refusal unknown() {
    return new Refusal(
        ErrorDetail.newBuilder().setReason(Reason.PERMISSION_DENIED).build(),
        "this server has no rule for who may call this");
  }

  @SuppressWarnings("unchecked") // the table's keys and values were made of one method each
  private static <Q> Requirements.@Nullable Requirement<Q> find(MethodDescriptor<Q, ?> method) {
    return (Requirements.Requirement<Q>) Requirements.find(method.getFullMethodName());
  }
}
