package io.metastore.core.node;

import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Membership;
import io.metastore.core.api.NewMember;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.command.AddPeer;
import io.metastore.core.command.ChangeMembersReply;
import io.metastore.core.command.ChangeMembersRequest;
import io.metastore.core.command.InviteReply;
import io.metastore.core.command.InviteRequest;
import io.metastore.core.node.LeaderCalls.Leader;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.RaftNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The {@link Membership} of a running member: forwards changes to the leader's {@link
 * MemberChanges}. Thread-safe; never blocks.
 */
final class MembershipRequests implements Membership {
  private static final long RETRY_MS = 50;

  /** How long a change waits for another one that is in progress, or for a member that starts. */
  private static final long TURN_MS = 4000;

  /** Long, because a joining member may have to receive a large checkpoint. */
  static final long CHANGE_MS = TimeUnit.HOURS.toMillis(1);

  private final NodeConfig config;
  private final RaftNode raft;
  private final PeerChannels peers;
  private final LeaderCalls leaderCalls;
  private final MemberChanges changes;
  private final ScheduledExecutorService timer;

  MembershipRequests(
      NodeConfig config,
      RaftNode raft,
      PeerChannels peers,
      LeaderCalls leaderCalls,
      MemberChanges changes,
      ScheduledExecutorService timer) {
    this.config = config;
    this.raft = raft;
    this.peers = peers;
    this.leaderCalls = leaderCalls;
    this.changes = changes;
    this.timer = timer;
  }

  @Override
  public CompletableFuture<ClusterView> bootstrap(List<NewMember> members) {
    return CompletableFuture.failedFuture(
        new ChangeRefused(
            ChangeRefused.Reason.ALREADY_MEMBER, "this member already belongs to a cluster"));
  }

  @Override
  public CompletableFuture<MemberInfo> join(NewMember member, boolean learner) {
    ChangeMembersRequest.Join join =
        ChangeMembersRequest.Join.newBuilder()
            .setName(member.name())
            .setAddress(member.peerUrl())
            .setLearner(learner)
            .build();
    return change(ChangeMembersRequest.newBuilder().setJoin(join).build())
        .thenApply(
            reply ->
                new MemberInfo(
                    reply.getMemberId(),
                    member.name(),
                    List.of(member.peerUrl()),
                    List.of(),
                    learner));
  }

  @Override
  public CompletableFuture<Void> announce(AddPeer member) {
    return change(ChangeMembersRequest.newBuilder().setAdd(member).build()).thenAccept(reply -> {});
  }

  @Override
  public CompletableFuture<Void> promote(long memberId) {
    return change(ChangeMembersRequest.newBuilder().setPromote(memberId).build())
        .thenAccept(reply -> {});
  }

  @Override
  public CompletableFuture<Void> remove(long memberId) {
    return change(ChangeMembersRequest.newBuilder().setRemove(memberId).build())
        .thenAccept(reply -> {});
  }

  @Override
  public CompletableFuture<Long> handOver() {
    return changes
        .reach(raft.members().without(config.memberId()).voters())
        .thenCompose(
            reached -> {
              if (!raft.members().isMajority(MemberChanges.ids(reached))
                  && !raft.members().isLearner(config.memberId())) {
                throw new ChangeRefused(
                    ChangeRefused.Reason.UNSAFE,
                    "the other members that can be reached are not a majority");
              }
              return raft.isLeaderReady()
                  ? changes.handOverToOneOf(reached)
                  : CompletableFuture.completedFuture(raft.leaderId());
            });
  }

  /** Serves another member's request to change the members. */
  CompletableFuture<ChangeMembersReply> serve(ChangeMembersRequest request) {
    return changes.change(request);
  }

  /** Refuses an invitation: this member already has a cluster. */
  InviteReply serve(InviteRequest request) {
    return InviteReply.newBuilder()
        .setStatus(InviteReply.Status.HAS_CLUSTER)
        .setName(config.name())
        .setClusterId(config.clusterId())
        .setMemberId(config.memberId())
        .build();
  }

  /** Sends the change to the leader; waits until there is one. */
  private CompletableFuture<ChangeMembersReply> change(ChangeMembersRequest request) {
    CompletableFuture<ChangeMembersReply> done = new CompletableFuture<>();
    change(request, System.nanoTime(), done);
    return done;
  }

  private void change(
      ChangeMembersRequest request, long startNanos, CompletableFuture<ChangeMembersReply> done) {
    ask(request)
        .whenComplete(
            (reply, failure) -> {
              if (failure != null) {
                done.completeExceptionally(failure);
                return;
              }
              long waitedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
              if (waitedMs < patienceMs(reply) && !timer.isShutdown()) {
                timer.schedule(
                    () -> change(request, startNanos, done), RETRY_MS, TimeUnit.MILLISECONDS);
                return;
              }
              switch (reply.getStatus()) {
                case DONE -> done.complete(reply);
                case NOT_LEADER ->
                    done.completeExceptionally(new NotServed(NotServed.Reason.NO_LEADER));
                case REFUSED -> done.completeExceptionally(refusal(reply));
                case UNKNOWN, UNRECOGNIZED ->
                    done.completeExceptionally(
                        new OutcomeUnknown(OutcomeUnknown.Reason.LEADER_FAILED));
              }
            });
  }

  /** How long a request is repeated that was answered like this; 0 for a final answer. */
  private long patienceMs(ChangeMembersReply reply) {
    return switch (reply.getStatus()) {
      case NOT_LEADER -> config.requestTimeoutMs();
      case REFUSED -> reply.getMayPass() ? TURN_MS : 0;
      case DONE, UNKNOWN, UNRECOGNIZED -> 0;
    };
  }

  private CompletableFuture<ChangeMembersReply> ask(ChangeMembersRequest request) {
    if (raft.isLeaderReady()) {
      return changes.change(request);
    }
    Leader leader = leaderCalls.findLeader();
    if (leader == null) {
      return CompletableFuture.completedFuture(MemberChanges.NOT_LEADER);
    }
    // Not by LeaderCalls: a leader that is to be removed answers after it has handed over.
    return peers
        .call(leader.peerUrls(), PeerCall.CHANGE_MEMBERS, request, CHANGE_MS)
        .exceptionally(
            failure -> {
              if (PeerChannels.surelyNotServed(failure)) {
                return MemberChanges.NOT_LEADER;
              }
              throw new CompletionException(
                  new OutcomeUnknown(OutcomeUnknown.Reason.LEADER_FAILED));
            });
  }

  private static ChangeRefused refusal(ChangeMembersReply reply) {
    return new ChangeRefused(
        ChangeRefused.Reason.valueOf(reply.getReason()), reply.getAbout(), reply.getWhy());
  }

  @Override
  public CompletableFuture<Boolean> transferLeadership(long memberId) {
    if (memberId == config.memberId()) {
      return CompletableFuture.completedFuture(true);
    }
    return raft.transferLeadership(memberId, config.requestTimeoutMs());
  }
}
