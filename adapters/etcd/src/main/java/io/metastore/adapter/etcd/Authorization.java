package io.metastore.adapter.etcd;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.metastore.adapter.grpc.CallerAddress;
import io.metastore.adapter.grpc.CheckedRequests;
import io.metastore.core.api.Metastore;
import org.jspecify.annotations.Nullable;

/**
 * While access control is on, authenticates and authorizes every call.
 *
 * <p>A request is authorized before its service sees it, and again when its command is applied or
 * before its response is sent: see {@link io.metastore.adapter.grpc.CallAccess}. While access
 * control is off, a unary call costs only the check whether it is on.
 */
final class Authorization implements ServerInterceptor {
  private final Metastore metastore;
  private final AuthTokens tokens;
  private final boolean byCertificate;
  private final Requirements requirements;

  /**
   * @param byCertificate whether a client's certificate identifies its user
   */
  Authorization(
      Metastore metastore, AuthTokens tokens, boolean byCertificate, Requirements requirements) {
    this.metastore = metastore;
    this.tokens = tokens;
    this.byCertificate = byCertificate;
    this.requirements = requirements;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    MethodDescriptor<Q, R> method = call.getMethodDescriptor();
    // A stream may still be open when access control is turned on.
    if (!metastore.access().enabled() && method.getType() == MethodType.UNARY) {
      return next.startCall(call, metadata);
    }
    Requirements.Requirement<Q> requirement = find(method);
    if (requirement == null) {
      call.close(EtcdError.PERMISSION_DENIED.status(), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    if (requirement.open()) {
      return CallerAddress.start(call, metadata, next);
    }
    EtcdCaller caller = EtcdCaller.of(tokens, byCertificate, metadata, call.getAttributes());
    return CheckedRequests.start(
        metastore,
        caller,
        request -> caller.demand(requirement, request),
        EtcdErrors::of,
        call,
        metadata,
        next);
  }

  @SuppressWarnings("unchecked") // each entry pairs a method with its own requirement
  private <Q> Requirements.@Nullable Requirement<Q> find(MethodDescriptor<Q, ?> method) {
    return (Requirements.Requirement<Q>) requirements.find(method.getFullMethodName());
  }
}
