package io.metastore.adapter.etcd;

import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.core.api.ClusterView;
import io.metastore.etcdapi.etcdserverpb.AlarmRequest;
import io.metastore.etcdapi.etcdserverpb.AlarmResponse;
import io.metastore.etcdapi.etcdserverpb.DowngradeInfo;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;

/** The part of etcd's {@code Maintenance} by which clients ask how a member does. Stateless. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
  /** What etcd tells where its quota is switched off. */
  private static final long NO_QUOTA = -1;

  private final ClusterView cluster;
  private final ResponseHeaders headers;
  private final EtcdSettings settings;

  MaintenanceService(ClusterView cluster, ResponseHeaders headers, EtcdSettings settings) {
    this.cluster = cluster;
    this.headers = headers;
    this.settings = settings;
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> call) {
    long leader = cluster.leaderId();
    StatusResponse.Builder status =
        StatusResponse.newBuilder()
            .setHeader(headers.now())
            .setVersion(settings.compatVersion())
            .setDbSize(cluster.sizeBytes())
            .setDbSizeInUse(cluster.sizeInUseBytes())
            .setLeader(leader)
            .setRaftIndex(cluster.committedIndex())
            .setRaftAppliedIndex(cluster.appliedIndex())
            .setRaftTerm(cluster.term());
    if (!settings.storageVersion().isEmpty()) {
      status
          .setStorageVersion(settings.storageVersion())
          .setDbSizeQuota(NO_QUOTA)
          .setDowngradeInfo(DowngradeInfo.getDefaultInstance());
    }
    if (leader == 0) {
      status.addErrors(EtcdError.NO_LEADER.text());
    }
    UnaryAnswer.send(call, status.build());
  }

  /**
   * There are no alarms that could be raised yet; {@code etcdctl endpoint health} asks for them.
   */
  @Override
  public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> call) {
    if (request.getAction() == AlarmRequest.AlarmAction.GET) {
      UnaryAnswer.send(call, AlarmResponse.newBuilder().setHeader(headers.now()).build());
    } else {
      super.alarm(request, call);
    }
  }
}
