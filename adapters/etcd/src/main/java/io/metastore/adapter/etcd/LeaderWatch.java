package io.metastore.adapter.etcd;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.metastore.adapter.grpc.EndableCall;
import io.metastore.core.api.ClusterView;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open streams that require a leader. They are ended together when there has been no leader for
 * three election timeouts. etcd refuses new streams at once, but reopening all existing streams
 * would be too expensive for an ordinary election. Thread-safe.
 */
final class LeaderWatch {
  private static final int ELECTION_TIMEOUTS_MAX = 3;

  private final ClusterView cluster;
  private final long leaderlessMsMax;
  private final Set<EndableCall<?, ?>> calls = ConcurrentHashMap.newKeySet();

  LeaderWatch(ClusterView cluster, int electionTimeoutMs) {
    this.cluster = cluster;
    this.leaderlessMsMax = (long) ELECTION_TIMEOUTS_MAX * electionTimeoutMs;
  }

  <Q, R> ServerCall.Listener<Q> start(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    EndableCall<Q, R> endable = new EndableCall<>(call);
    calls.add(endable);
    return new SimpleForwardingServerCallListener<>(next.startCall(endable, metadata)) {
      @Override
      public void onComplete() {
        calls.remove(endable);
        super.onComplete();
      }

      @Override
      public void onCancel() {
        calls.remove(endable);
        super.onCancel();
      }
    };
  }

  /** Checks how long there has been no leader; called once per election timeout. */
  void check() {
    if (cluster.leaderlessMs() < leaderlessMsMax) {
      return;
    }
    for (EndableCall<?, ?> call : calls) {
      call.end(EtcdError.NO_LEADER.status(), new Metadata());
    }
  }
}
