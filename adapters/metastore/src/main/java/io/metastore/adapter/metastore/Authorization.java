package io.metastore.adapter.metastore;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.metastore.adapter.grpc.CallerAddress;
import io.metastore.adapter.grpc.CheckedRequests;
import io.metastore.adapter.grpc.GuardedCall;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.core.api.Metastore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * While access control is on, authenticates and authorizes every call.
 *
 * <p>A request is authorized before its service sees it. The rules may change after that: a command
 * carries the revision of the rules it was authorized with and fails when it is applied if they
 * have changed; reads are authorized again before their response, and streams before each message.
 * While access control is off, a unary call costs only the check whether it is on.
 */
final class Authorization implements ServerInterceptor {
  static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  private final Metastore metastore;
  private final LongSupplier clockMs;

  /**
   * @param clockMs milliseconds since 1970, to check the expiry of tokens
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
    // A stream may still be open when access control is turned on.
    if (!enabled && method.getType() == MethodType.UNARY) {
      return next.startCall(call, metadata);
    }
    Requirements.Requirement<Q> requirement = find(method);
    if (requirement == null) {
      new GuardedCall<>(call, () -> null).end(Errors.of(unknown()));
      return new ServerCall.Listener<>() {};
    }
    if (requirement.open()) {
      return CallerAddress.start(call, metadata, next);
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
        "this server defines no permission for this call");
  }

  @SuppressWarnings("unchecked") // each entry pairs a method with its own requirement
  private static <Q> Requirements.@Nullable Requirement<Q> find(MethodDescriptor<Q, ?> method) {
    return (Requirements.Requirement<Q>) Requirements.find(method.getFullMethodName());
  }
}
