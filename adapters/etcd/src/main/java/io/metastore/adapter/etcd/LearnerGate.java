package io.metastore.adapter.etcd;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.metastore.core.api.ClusterView;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;

/**
 * Refuses the calls that etcd's learners refuse: all but Status, Snapshot and serializable Range.
 * Source: etcd 3.7.
 */
final class LearnerGate implements ServerInterceptor {
  private static final String SNAPSHOT = MaintenanceGrpc.getSnapshotMethod().getFullMethodName();

  private final ClusterView cluster;

  LearnerGate(ClusterView cluster) {
    this.cluster = cluster;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    if (!cluster.isLearner()) {
      return next.startCall(call, metadata);
    }
    if (call.getMethodDescriptor().getType() == MethodType.UNARY) {
      return new Checked<>(call, next.startCall(call, metadata));
    }
    if (call.getMethodDescriptor().getFullMethodName().equals(SNAPSHOT)) {
      return next.startCall(call, metadata);
    }
    call.close(EtcdError.NOT_FOR_LEARNER.status(), new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private static boolean isServed(Object request) {
    return request instanceof StatusRequest
        || (request instanceof RangeRequest range && range.getSerializable());
  }

  /** Passes a unary call on if its request is served. */
  private static final class Checked<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private boolean refused;

    Checked(ServerCall<Q, ?> call, ServerCall.Listener<Q> served) {
      super(served);
      this.call = call;
    }

    @Override
    public void onMessage(Q request) {
      if (isServed(request)) {
        super.onMessage(request);
      } else {
        refused = true;
        call.close(EtcdError.NOT_FOR_LEARNER.status(), new Metadata());
      }
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }
  }
}
