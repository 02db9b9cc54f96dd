package io.metastore.adapter.etcd;

import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import io.metastore.etcdapi.etcdserverpb.AlarmRequest;
import io.metastore.etcdapi.etcdserverpb.AlarmResponse;
import io.metastore.etcdapi.etcdserverpb.DefragmentRequest;
import io.metastore.etcdapi.etcdserverpb.DefragmentResponse;
import io.metastore.etcdapi.etcdserverpb.DowngradeInfo;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The implemented part of etcd's {@code Maintenance}. Stateless. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(MaintenanceService.class);

  private final Metastore metastore;
  private final ClusterView cluster;
  private final ResponseHeaders headers;
  private final EtcdSettings settings;

  MaintenanceService(Metastore metastore, ResponseHeaders headers, EtcdSettings settings) {
    this.metastore = metastore;
    this.cluster = metastore.cluster();
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
          .setDbSizeQuota(cluster.quotaBytes())
          .setDowngradeInfo(DowngradeInfo.getDefaultInstance());
    }
    if (leader == 0) {
      status.addErrors(EtcdError.NO_LEADER.text());
    }
    cluster.alarms().forEach(alarm -> status.addErrors(AlarmTranslator.toText(alarm)));
    UnaryAnswer.send(call, status.build());
  }

  @Override
  public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> call) {
    LOG.info("starting defragment");
    metastore
        .defragment()
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                LOG.atWarn().setCause(failure).log("failed to defragment");
                call.onError(EtcdErrors.of(failure));
                return;
              }
              LOG.info("finished defragment");
              UnaryAnswer.send(call, DefragmentResponse.getDefaultInstance());
            });
  }

  @Override
  public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> call) {
    if (AlarmTranslator.isChange(request)) {
      metastore
          .submit(AlarmTranslator.toCommand(request))
          .whenComplete(
              new Answer<>(
                  call,
                  headers,
                  metastore.scans(),
                  (header, outcome) -> AlarmTranslator.toChanged(request, header, outcome)));
      return;
    }
    metastore
        .view(Consistency.LINEARIZABLE)
        .whenComplete(
            (view, failure) -> {
              if (failure != null) {
                call.onError(EtcdErrors.of(failure));
                return;
              }
              try (view) {
                UnaryAnswer.send(
                    call, AlarmTranslator.toList(request, headers.now(), view.alarms()));
              }
            });
  }
}
