package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.adapter.grpc.EventLoops;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.LockWait;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.etcdapi.v3electionpb.CampaignRequest;
import io.metastore.etcdapi.v3electionpb.CampaignResponse;
import io.metastore.etcdapi.v3electionpb.ElectionGrpc;
import io.metastore.etcdapi.v3electionpb.LeaderKey;
import io.metastore.etcdapi.v3electionpb.LeaderRequest;
import io.metastore.etcdapi.v3electionpb.LeaderResponse;
import io.metastore.etcdapi.v3electionpb.ProclaimRequest;
import io.metastore.etcdapi.v3electionpb.ProclaimResponse;
import io.metastore.etcdapi.v3electionpb.ResignRequest;
import io.metastore.etcdapi.v3electionpb.ResignResponse;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** etcd's {@code v3electionpb.Election}. Stateless. */
final class ElectionService extends ElectionGrpc.ElectionImplBase {
  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final SessionLeases leases;

  ElectionService(Metastore metastore, ResponseHeaders headers, SessionLeases leases) {
    this.metastore = metastore;
    this.headers = headers;
    this.leases = leases;
  }

  @Override
  public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> observer) {
    Campaign campaign =
        new Campaign(request, (ServerCallStreamObserver<CampaignResponse>) observer);
    withLease(campaign.access, request.getLease(), observer, campaign::stand);
  }

  @Override
  public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> observer) {
    if (!isNamed(request.hasLeader(), request.getLeader(), observer)) {
      return;
    }
    @Nullable CallAccess access = CallAccess.ofCall(metastore);
    withLease(
        access,
        request.getLeader().getLease(),
        observer,
        lease ->
            change(
                access,
                ElectionTranslator.toProclamation(request, lease),
                observer,
                done -> {
                  if (done.succeeded()) {
                    UnaryAnswer.send(
                        observer,
                        ProclaimResponse.newBuilder()
                            .setHeader(headers.at(done.revision()))
                            .build());
                  } else {
                    observer.onError(UncodedErrors.of(EtcdError.NOT_ELECTED));
                  }
                }));
  }

  @Override
  public void leader(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
    metastore
        .range(ElectionTranslator.toLeaderRange(request.getName()), Consistency.LINEARIZABLE)
        .whenComplete(
            (outcome, failure) -> {
              if (!(outcome instanceof Outcome.Ranged ranged)) {
                observer.onError(UncodedErrors.of(outcome, failure));
                return;
              }
              KeyValue leader = ElectionTranslator.findLeader(ranged);
              if (leader == null) {
                observer.onError(UncodedErrors.of(EtcdError.NOBODY_ELECTED));
              } else {
                UnaryAnswer.send(
                    observer, ElectionTranslator.toLeader(headers.at(ranged.revision()), leader));
              }
            });
  }

  @Override
  public void observe(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
    new LeaderObservation(
        metastore,
        headers,
        request.getName(),
        EventLoops.currentOrAny(),
        (ServerCallStreamObserver<LeaderResponse>) observer);
  }

  /** Succeeds whether or not the caller is the leader. */
  @Override
  public void resign(ResignRequest request, StreamObserver<ResignResponse> observer) {
    LeaderKey leader = request.getLeader();
    if (isNamed(request.hasLeader(), leader, observer)) {
      change(
          CallAccess.ofCall(metastore),
          ElectionTranslator.toResignation(leader.getKey(), leader.getRev()),
          observer,
          done ->
              UnaryAnswer.send(
                  observer,
                  ResignResponse.newBuilder().setHeader(headers.at(done.revision())).build()));
    }
  }

  private static boolean isNamed(boolean given, LeaderKey leader, StreamObserver<?> observer) {
    if (!given) {
      observer.onError(UncodedErrors.of(EtcdError.NO_LEADER_KEY));
      return false;
    }
    if (leader.getKey().isEmpty()) {
      observer.onError(UncodedErrors.of(EtcdError.EMPTY_KEY));
      return false;
    }
    return true;
  }

  private void withLease(
      @Nullable CallAccess access, long given, StreamObserver<?> observer, LongConsumer then) {
    leases
        .of(access, given)
        .whenComplete(
            (lease, failure) -> {
              if (failure == null) {
                then.accept(lease);
              } else {
                observer.onError(UncodedErrors.of(null, failure));
              }
            });
  }

  private void change(
      @Nullable CallAccess access,
      Command command,
      StreamObserver<?> observer,
      Consumer<Outcome.TxnDone> then) {
    CallAccess.submit(metastore, access, command)
        .whenComplete(
            (outcome, failure) -> {
              if (outcome instanceof Outcome.TxnDone done) {
                then.accept(done);
              } else {
                observer.onError(UncodedErrors.of(outcome, failure));
              }
            });
  }

  /**
   * One call of Campaign. If the caller disconnects before it is elected, its candidate is deleted.
   * Guarded by itself.
   */
  private final class Campaign {
    private final CampaignRequest request;
    private final StreamObserver<CampaignResponse> observer;
    private final @Nullable CallAccess access = CallAccess.ofCall(metastore);
    private @Nullable LeaderKey candidate;
    private @Nullable LockWait wait;
    private boolean over;

    Campaign(CampaignRequest request, ServerCallStreamObserver<CampaignResponse> observer) {
      this.request = request;
      this.observer = observer;
      observer.setOnCancelHandler(this::cancel);
    }

    void stand(long lease) {
      if (isOver()) {
        return;
      }
      change(
          access,
          ElectionTranslator.toCandidacy(request, lease),
          observer,
          done -> await(done, ElectionTranslator.toLeaderKey(request, lease, done)));
    }

    private void await(Outcome.TxnDone candidacy, LeaderKey standing) {
      LockWait waiting;
      synchronized (this) {
        if (over) {
          resign(standing.getKey(), standing.getRev());
          return;
        }
        candidate = standing;
        waiting = CallAccess.acquire(metastore, access, ElectionTranslator.toAcquire(standing));
        wait = waiting;
      }
      waiting.held().whenComplete((outcome, failure) -> end(candidacy, standing, outcome, failure));
    }

    private void end(
        Outcome.TxnDone candidacy,
        LeaderKey standing,
        @Nullable Outcome outcome,
        @Nullable Throwable failure) {
      if (!finish()) {
        return; // cancel() has already resigned
      }
      if (!(outcome instanceof Outcome.LockPlace place)) {
        boolean lost =
            outcome instanceof Outcome.Failed failed
                && failed.failure().code() == FailureCode.LOCK_PLACE_LOST;
        observer.onError(
            lost ? UncodedErrors.of(EtcdError.NOT_ELECTED) : UncodedErrors.of(outcome, failure));
      } else if (place.token() != standing.getRev()) {
        // The candidate was deleted before it was queued, and queuing created another one.
        resign(standing.getKey(), place.token());
        observer.onError(UncodedErrors.of(EtcdError.NOT_ELECTED));
      } else {
        UnaryAnswer.send(
            observer, ElectionTranslator.toElected(headers.at(candidacy.revision()), standing));
      }
    }

    private void cancel() {
      LeaderKey standing;
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
        standing = candidate;
        if (wait != null) {
          wait.cancel();
        }
      }
      if (standing != null) {
        resign(standing.getKey(), standing.getRev());
      }
    }

    /**
     * Best effort, as in etcd: a candidate that cannot be deleted now is deleted with its lease.
     */
    private void resign(ByteString key, long createRevision) {
      CallAccess.submit(metastore, access, ElectionTranslator.toResignation(key, createRevision));
    }

    private synchronized boolean finish() {
      boolean wanted = !over;
      over = true;
      return wanted;
    }

    private synchronized boolean isOver() {
      return over;
    }
  }
}
