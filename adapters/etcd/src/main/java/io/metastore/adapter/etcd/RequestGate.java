package io.metastore.adapter.etcd;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.metastore.core.api.ClusterView;

/**
 * Applies options from a call's metadata: with {@code hasleader: true}, a call is refused while
 * this member knows no leader, and a stream ends when there is no leader for too long.
 */
final class RequestGate implements ServerInterceptor {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  private final ClusterView cluster;
  private final LeaderWatch leaderWatch;

  RequestGate(ClusterView cluster, LeaderWatch leaderWatch) {
    this.cluster = cluster;
    this.leaderWatch = leaderWatch;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    EtcdError refusal = ClientVersion.findRefusal(metadata);
    boolean leaderRequired = "true".equals(metadata.get(HAS_LEADER));
    if (refusal == null && leaderRequired && cluster.leaderId() == 0) {
      refusal = EtcdError.NO_LEADER;
    }
    if (refusal != null) {
      call.close(refusal.status(), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return leaderRequired && call.getMethodDescriptor().getType() != MethodType.UNARY
        ? leaderWatch.start(call, metadata, next)
        : next.startCall(call, metadata);
  }
}
