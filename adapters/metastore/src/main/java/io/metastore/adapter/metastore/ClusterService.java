package io.metastore.adapter.metastore;

import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.api.v1.ClusterGrpc;
import io.metastore.api.v1.DrainRequest;
import io.metastore.api.v1.DrainResponse;
import io.metastore.api.v1.MembersRequest;
import io.metastore.api.v1.MembersResponse;
import io.metastore.api.v1.StatusRequest;
import io.metastore.api.v1.StatusResponse;
import io.metastore.core.api.Metastore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code metastore.v1.Cluster}. Stateless. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterService.class);

  private final Metastore metastore;
  private final MetastoreSettings settings;

  ClusterService(Metastore metastore, MetastoreSettings settings) {
    this.metastore = metastore;
    this.settings = settings;
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> call) {
    UnaryAnswer.send(call, ClusterTranslator.toStatus(metastore.cluster(), settings.version()));
  }

  @Override
  public void members(MembersRequest request, StreamObserver<MembersResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> metastore.view(Consistencies.of(request.getConsistency())),
        view -> {
          // It only had to be opened: what was known before the question is known here now.
          view.close();
          return ClusterTranslator.toMembers(metastore.cluster());
        });
  }

  @Override
  public void drain(DrainRequest request, StreamObserver<DrainResponse> call) {
    metastore
        .membership()
        .handOver()
        .whenComplete(
            (leaderId, failure) -> {
              if (failure != null) {
                call.onError(Errors.of(failure));
                return;
              }
              LOG.atInfo()
                  .addKeyValue("leader", Long.toHexString(leaderId))
                  .log("drained; shutting down");
              UnaryAnswer.send(call, DrainResponse.newBuilder().setLeaderId(leaderId).build());
              settings.stopping().run();
            });
  }
}
