package io.metastore.adapter.metastore;

import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.Causes;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.api.v1.BootstrapRequest;
import io.metastore.api.v1.BootstrapResponse;
import io.metastore.api.v1.ClusterGrpc;
import io.metastore.api.v1.DrainRequest;
import io.metastore.api.v1.DrainResponse;
import io.metastore.api.v1.HashUnversionedRequest;
import io.metastore.api.v1.HashUnversionedResponse;
import io.metastore.api.v1.JoinRequest;
import io.metastore.api.v1.JoinResponse;
import io.metastore.api.v1.MembersRequest;
import io.metastore.api.v1.MembersResponse;
import io.metastore.api.v1.PromoteRequest;
import io.metastore.api.v1.PromoteResponse;
import io.metastore.api.v1.RemoveRequest;
import io.metastore.api.v1.RemoveResponse;
import io.metastore.api.v1.StatusRequest;
import io.metastore.api.v1.StatusResponse;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Membership;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.UnversionedHashes;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code metastore.v1.Cluster}. Stateless. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterService.class);

  private final ClusterView cluster;
  private final Membership membership;
  private final Function<Consistency, CompletableFuture<ReadView>> views;
  private final Supplier<CompletableFuture<UnversionedHashes>> hashes;
  private final Executor scans;
  private final MetastoreSettings settings;

  /**
   * @param views opens views of the requested consistency
   * @param hashes hashes everything but keys on all members
   * @param scans builds long replies
   */
  ClusterService(
      ClusterView cluster,
      Membership membership,
      Function<Consistency, CompletableFuture<ReadView>> views,
      Supplier<CompletableFuture<UnversionedHashes>> hashes,
      Executor scans,
      MetastoreSettings settings) {
    this.cluster = cluster;
    this.membership = membership;
    this.views = views;
    this.hashes = hashes;
    this.scans = scans;
    this.settings = settings;
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> call) {
    StatusResponse status = ClusterTranslator.toStatus(cluster, settings.version());
    Answer.to(
        call,
        scans,
        () ->
            views
                .apply(Consistency.SERIALIZABLE)
                .thenApplyAsync(view -> ClusterTranslator.withTree(status, view), scans)
                .exceptionally(failure -> ofWaiting(status, failure)),
        Function.identity());
  }

  /** A member that waits for a cluster has no data, but a status. */
  private static StatusResponse ofWaiting(StatusResponse status, Throwable failure) {
    if (Causes.of(failure) instanceof NotServed notServed
        && notServed.reason() == NotServed.Reason.NO_CLUSTER) {
      return status;
    }
    throw new CompletionException(Causes.of(failure));
  }

  @Override
  public void members(MembersRequest request, StreamObserver<MembersResponse> call) {
    Answer.to(
        call,
        scans,
        () -> views.apply(Consistencies.of(request.getConsistency())),
        view -> {
          // The view was opened only for its barrier: this member has now applied everything known
          // before the call.
          view.close();
          return ClusterTranslator.toMembers(cluster);
        });
  }

  @Override
  public void bootstrap(BootstrapRequest request, StreamObserver<BootstrapResponse> call) {
    Answer.to(
        call,
        scans,
        () -> membership.bootstrap(ClusterTranslator.toNewMembers(request)),
        ClusterTranslator::toBootstrapped);
  }

  @Override
  public void join(JoinRequest request, StreamObserver<JoinResponse> call) {
    Answer.to(
        call,
        scans,
        () ->
            membership.join(
                ClusterTranslator.toNewMember("member", request.getMember()), request.getLearner()),
        ClusterTranslator::toJoined);
  }

  @Override
  public void remove(RemoveRequest request, StreamObserver<RemoveResponse> call) {
    Answer.to(
        call,
        scans,
        () ->
            membership
                .remove(request.getMemberId())
                .thenApply(removed -> RemoveResponse.getDefaultInstance()),
        Function.identity());
  }

  @Override
  public void promote(PromoteRequest request, StreamObserver<PromoteResponse> call) {
    Answer.to(
        call,
        scans,
        () ->
            membership
                .promote(request.getMemberId())
                .thenApply(promoted -> PromoteResponse.getDefaultInstance()),
        Function.identity());
  }

  @Override
  public void drain(DrainRequest request, StreamObserver<DrainResponse> call) {
    membership
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

  @Override
  public void hashUnversioned(
      HashUnversionedRequest request, StreamObserver<HashUnversionedResponse> call) {
    Answer.to(call, scans, hashes, ClusterTranslator::toHashes);
  }
}
