package io.metastore.adapter.etcd;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.metastore.adapter.grpc.GuardedCall;
import io.metastore.core.api.Metastore;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import org.jspecify.annotations.Nullable;

/**
 * Lets nobody in while access control is on: until etcd's Auth service is there nobody can say who
 * it is. Streams opened before end with their next answer.
 */
final class AuthGate implements ServerInterceptor {
  /** Anybody's, as in etcd. */
  private static final String STATUS = MaintenanceGrpc.getStatusMethod().getFullMethodName();

  private final Metastore metastore;

  AuthGate(Metastore metastore) {
    this.metastore = metastore;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    MethodDescriptor<Q, R> method = call.getMethodDescriptor();
    StatusRuntimeException refusal = findRefusal();
    boolean unary = method.getType() == MethodType.UNARY;
    if ((unary && refusal == null) || method.getFullMethodName().equals(STATUS)) {
      return next.startCall(call, metadata);
    }
    GuardedCall<Q, R> guarded = new GuardedCall<>(call, this::findRefusal);
    if (refusal == null) {
      return next.startCall(guarded, metadata);
    }
    guarded.end(refusal);
    return new ServerCall.Listener<>() {};
  }

  private @Nullable StatusRuntimeException findRefusal() {
    return metastore.access().enabled() ? EtcdError.USER_EMPTY.exception() : null;
  }
}
