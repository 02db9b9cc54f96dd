package io.metastore.core.node;

import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Meters;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.api.StoreException.ChangeRefused.Reason;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.command.AddPeer;
import io.metastore.core.command.ChangeMembersReply;
import io.metastore.core.command.ChangeMembersRequest;
import io.metastore.core.command.Command;
import io.metastore.core.command.Configuration;
import io.metastore.core.command.DropPeer;
import io.metastore.core.command.InviteReply;
import io.metastore.core.command.InviteRequest;
import io.metastore.core.command.TermRequest;
import io.metastore.core.machine.MemberTable;
import io.metastore.core.raft.ChangeResult;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.raft.RaftMembers;
import io.metastore.core.raft.RaftNode;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes the members, on the leader: one change of Raft's members at a time, and only if the
 * reachable members are a majority before and after the change. Thread-safe; never blocks.
 *
 * <p>A member that was announced is only listed, until it runs and asks to be admitted to Raft.
 */
final class MemberChanges {
  static final ChangeMembersReply NOT_LEADER =
      ChangeMembersReply.newBuilder().setStatus(ChangeMembersReply.Status.NOT_LEADER).build();

  private static final long ASK_MS = 1000;

  /** Longer than other calls: an invited member writes a file durably before it answers. */
  private static final long INVITE_MS = 5000;

  private static final long HAND_OVER_MS = 3000;

  /** A learner that has been silent for less may be restarting Raft. */
  private static final long RESTART_MS = 3000;

  /** A learner may be promoted when it has this part of the leader's log. Source: etcd. */
  private static final double CAUGHT_UP = 0.9;

  private final NodeConfig config;
  private final RaftNode raft;
  private final PeerChannels peers;
  private final ClusterView cluster;
  private final AppliedIndex applied;
  private final Supplier<Configuration> configurations;
  private final Function<Command, CompletableFuture<Outcome>> submit;
  private final SecureRandom random = new SecureRandom();
  private final AtomicBoolean changing = new AtomicBoolean();

  /**
   * @param configurations the applied configuration
   * @param submit proposes a command
   */
  MemberChanges(
      NodeConfig config,
      RaftNode raft,
      PeerChannels peers,
      ClusterView cluster,
      AppliedIndex applied,
      Supplier<Configuration> configurations,
      Function<Command, CompletableFuture<Outcome>> submit) {
    this.config = config;
    this.raft = raft;
    this.peers = peers;
    this.cluster = cluster;
    this.applied = applied;
    this.configurations = configurations;
    this.submit = submit;
  }

  /** Makes the change if this member leads. The future never fails; the reply tells the result. */
  CompletableFuture<ChangeMembersReply> change(ChangeMembersRequest request) {
    if (!raft.isLeaderReady()) {
      return CompletableFuture.completedFuture(NOT_LEADER);
    }
    if (request.hasAdd()) {
      return replyTo(request);
    }
    if (!changing.compareAndSet(false, true)) {
      return CompletableFuture.completedFuture(
          toReply(
              new ChangeRefused(Reason.IN_PROGRESS, "another membership change is in progress")));
    }
    return replyTo(request).whenComplete((reply, failure) -> changing.set(false));
  }

  private CompletableFuture<ChangeMembersReply> replyTo(ChangeMembersRequest request) {
    CompletableFuture<ChangeMembersReply> changed;
    try {
      changed =
          switch (request.getChangeCase()) {
            case JOIN -> join(request.getJoin());
            case REMOVE -> remove(request.getRemove());
            case ADD -> announce(request.getAdd());
            case ADMIT -> admit(request.getAdmit());
            case PROMOTE -> promote(request.getPromote());
            case CHANGE_NOT_SET ->
                throw new ChangeRefused(
                    Reason.BAD_REQUEST, "the leader has an older version and cannot do this");
          };
    } catch (RuntimeException refused) {
      changed = CompletableFuture.failedFuture(refused);
    }
    CompletableFuture<ChangeMembersReply> reply = changed.exceptionally(MemberChanges::toReply);
    return request.hasPromote() ? reply.whenComplete(this::countPromotion) : reply;
  }

  private void countPromotion(@Nullable ChangeMembersReply reply, @Nullable Throwable failure) {
    Meters meters = cluster.meters();
    if (reply != null && reply.getStatus() == ChangeMembersReply.Status.DONE) {
      meters.promotions.increment();
    } else if (reply != null && reply.getStatus() == ChangeMembersReply.Status.REFUSED) {
      meters.refusedPromotions(Reason.valueOf(reply.getReason())).increment();
    }
  }

  // --- announcing, admitting and promoting -----------------------------------------------------

  private CompletableFuture<ChangeMembersReply> announce(AddPeer add) {
    Command command =
        Command.newBuilder()
            .setAddPeer(add.toBuilder().setLearnersMax(config.memberRules().learnersMax()))
            .build();
    if (!config.memberRules().strict()) {
      return submit(command, add.getId());
    }
    if (!add.getLearner() && !StartedVoters.permitAdding(cluster.members())) {
      throw notStarted();
    }
    List<RaftMember> voters = new ArrayList<>(raft.members().voters());
    configurations.get().getPendingList().stream()
        .filter(pending -> !pending.getLearner())
        .forEach(pending -> voters.add(Configurations.toRaft(pending)));
    return reach(voters)
        .thenCompose(
            reached -> {
              // The new member counts as one that does not answer, as in etcd since 3.7. A single
              // member may always add others.
              if (voters.size() > 1 && 2 * reached.size() <= voters.size() + 1) {
                throw tooFewReached(reached.size(), voters.size());
              }
              return submit(command, add.getId());
            });
  }

  /** Makes an announced member that runs part of Raft. */
  private CompletableFuture<ChangeMembersReply> admit(long id) {
    RaftMembers now = raft.members();
    if (now.find(id) != null) {
      return CompletableFuture.completedFuture(toReply(ChangeResult.DONE, id));
    }
    Configuration.Member pending = MemberTable.find(configurations.get().getPendingList(), id);
    if (pending == null) {
      throw unknown(id);
    }
    RaftMembers next = now.with(Configurations.toRaft(pending), pending.getLearner());
    return reach(next.voters()).thenCompose(reached -> changeIfSafe(now, next, reached, id));
  }

  private CompletableFuture<ChangeMembersReply> promote(long id) {
    MemberInfo member = memberOf(id);
    if (id != config.memberId() && raft.matchIndex(id) < CAUGHT_UP * raft.committedIndex()) {
      ChangeRefused refused =
          new ChangeRefused(
              Reason.NOT_CAUGHT_UP, "the member has not received enough of the log yet");
      // It may be restarting Raft, see isRestarting, and receive nothing meanwhile.
      boolean mayRestart = raft.sinceReplyMs(id) < RESTART_MS;
      return CompletableFuture.completedFuture(
          toReply(refused).toBuilder().setMayPass(mayRestart).build());
    }
    if (config.memberRules().strict() && !StartedVoters.permitPromoting(cluster.members())) {
      throw notStarted();
    }
    if (!member.learner()) {
      throw new ChangeRefused(Reason.NOT_LEARNER, "the member is a voter");
    }
    RaftMembers now = raft.members();
    RaftMembers next = now.promoted(id);
    return isRestarting(now.find(id))
        .thenCompose(
            restarting -> {
              if (restarting) {
                // The caller tries again for a while.
                throw new ChangeRefused(
                    Reason.IN_PROGRESS, "the member has not completely started yet");
              }
              return reach(next.voters());
            })
        .thenCompose(reached -> changeIfSafe(now, next, reached, id));
  }

  /**
   * Whether a learner restarts Raft now or in a moment, which it does once after it has joined, or
   * does not answer for another reason. Promoted meanwhile, it could be missing from the majority.
   */
  private CompletableFuture<Boolean> isRestarting(@Nullable RaftMember learner) {
    if (learner == null) {
      return CompletableFuture.completedFuture(false);
    }
    return peers
        .call(learner.peerUrls(), PeerCall.TERM, TermRequest.getDefaultInstance(), ASK_MS)
        .handle((reply, failure) -> failure != null || reply.getRestarting());
  }

  // --- joining ---------------------------------------------------------------------------------

  private CompletableFuture<ChangeMembersReply> join(ChangeMembersRequest.Join join) {
    RaftMembers now = raft.members();
    if (join.getLearner() && now.learners().size() >= config.memberRules().learnersMax()) {
      throw new ChangeRefused(
          Reason.TOO_MANY_LEARNERS, "learner", "too many learner members in cluster");
    }
    for (MemberInfo member : cluster.members()) {
      if (member.name().equals(join.getName()) || member.peerUrls().contains(join.getAddress())) {
        throw new ChangeRefused(
            Reason.ALREADY_MEMBER,
            "member %s already has this name or URL".formatted(Long.toHexString(member.id())));
      }
    }
    return reach(now.voters())
        .thenCompose(
            reached -> {
              RaftMember joining = new RaftMember(newId(), join.getAddress());
              Set<Long> answering = ids(reached);
              requireMajority(now, answering);
              if (!join.getLearner()) {
                answering.add(joining.id());
                requireMajority(now.with(joining, false), answering);
              }
              return invite(join, joining, now);
            })
        .thenCompose(
            id -> {
              RaftMembers next = now.with(new RaftMember(id, join.getAddress()), join.getLearner());
              return change(now, next, id);
            });
  }

  /** Invites the member; completes with the ID under which it joins. */
  private CompletableFuture<Long> invite(
      ChangeMembersRequest.Join join, RaftMember joining, RaftMembers now) {
    InviteRequest.Builder invitation =
        InviteRequest.newBuilder()
            .setName(join.getName())
            .setAttempt(joining.id())
            .setBinding(true)
            .setClusterId(config.clusterId())
            .setMemberId(joining.id())
            .setClusterRuns(true);
    for (RaftMember member : now.with(joining, join.getLearner()).all()) {
      invitation.addMembers(
          InviteRequest.Member.newBuilder()
              .setId(member.id())
              .setName(member.id() == joining.id() ? join.getName() : nameOf(member.id()))
              .setAddress(member.peerUrls()));
    }
    return peers
        .call(join.getAddress(), PeerCall.INVITE, invitation.build(), INVITE_MS)
        .handle(
            (reply, failure) -> {
              if (failure != null) {
                throw new ChangeRefused(
                    Reason.UNSAFE, "no answer from " + join.getAddress() + ": " + failure);
              }
              // It accepted an earlier invitation to this cluster, but the change of members then
              // failed.
              boolean waitsForUs =
                  reply.getStatus() == InviteReply.Status.HAS_CLUSTER
                      && reply.getClusterId() == config.clusterId()
                      && reply.getName().equals(join.getName())
                      && raft.members().find(reply.getMemberId()) == null;
              if (waitsForUs) {
                return reply.getMemberId();
              }
              Invitations.requireWilling(join.getName(), join.getAddress(), reply);
              return joining.id();
            });
  }

  private String nameOf(long id) {
    return cluster.members().stream()
        .filter(member -> member.id() == id)
        .map(MemberInfo::name)
        .findAny()
        .orElse("");
  }

  /** A random ID, so that no two members ever share one, including removed members. */
  private long newId() {
    long id = random.nextLong();
    return id == 0 || raft.members().find(id) != null ? newId() : id;
  }

  // --- removing --------------------------------------------------------------------------------

  private CompletableFuture<ChangeMembersReply> remove(long id) {
    MemberInfo member = memberOf(id);
    if (config.memberRules().strict()
        && !member.learner()
        && !StartedVoters.permitRemoving(cluster.members(), id)) {
      throw notStarted();
    }
    RaftMembers now = raft.members();
    if (now.find(id) == null) {
      DropPeer drop = DropPeer.newBuilder().setId(id).build();
      return submit(Command.newBuilder().setDropPeer(drop).build(), id);
    }
    RaftMembers next = now.without(id);
    if (next.voters().isEmpty()) {
      throw new ChangeRefused(Reason.UNSAFE, "the only voter cannot be removed");
    }
    return reach(now.voters())
        .thenCompose(
            reached -> {
              if (id != config.memberId()) {
                return changeIfSafe(now, next, reached, id);
              }
              requireMajorities(now, next, reached);
              // A leader that removes itself would close its Raft server at once. So leadership is
              // handed over first, and the caller repeats the request at the new leader.
              List<RaftMember> others = reached.stream().filter(other -> other.id() != id).toList();
              return handOverToOneOf(others).thenApply(leader -> NOT_LEADER);
            });
  }

  // --- common ----------------------------------------------------------------------------------

  private CompletableFuture<ChangeMembersReply> changeIfSafe(
      RaftMembers from, RaftMembers to, List<RaftMember> reached, long id) {
    requireMajorities(from, to, reached);
    return change(from, to, id);
  }

  private static void requireMajorities(
      RaftMembers from, RaftMembers to, List<RaftMember> reached) {
    Set<Long> answering = ids(reached);
    requireMajority(from, answering);
    requireMajority(to, answering);
  }

  /** Changes the stored members, without Raft. */
  private CompletableFuture<ChangeMembersReply> submit(Command command, long id) {
    return submit.apply(command).thenApply(outcome -> toReply(outcome, id));
  }

  private MemberInfo memberOf(long id) {
    return cluster.members().stream()
        .filter(member -> member.id() == id)
        .findAny()
        .orElseThrow(() -> unknown(id));
  }

  /**
   * Changes the members; completes when this member's tables contain the change, so that reads see
   * it.
   */
  private CompletableFuture<ChangeMembersReply> change(RaftMembers from, RaftMembers to, long id) {
    return raft.changeMembers(from, to)
        .thenCompose(
            result ->
                result == ChangeResult.DONE
                    ? applied.await(raft.committedIndex()).thenApply(reached -> toReply(result, id))
                    : CompletableFuture.completedFuture(toReply(result, id)));
  }

  /**
   * Hands leadership over to one of the candidates: tries those with the most complete log first.
   */
  CompletableFuture<Long> handOverToOneOf(List<RaftMember> candidates) {
    List<RaftMember> nearestFirst = new ArrayList<>(candidates);
    nearestFirst.removeIf(member -> member.id() == config.memberId());
    if (nearestFirst.isEmpty()) {
      return CompletableFuture.failedFuture(
          new ChangeRefused(Reason.UNSAFE, "no other member could take over"));
    }
    nearestFirst.sort(
        Comparator.comparingLong((RaftMember member) -> raft.matchIndex(member.id())).reversed());
    long candidate = nearestFirst.get(0).id();
    return raft.transferLeadership(candidate, HAND_OVER_MS)
        .exceptionally(failure -> false)
        .thenCompose(
            done ->
                done
                    ? CompletableFuture.completedFuture(candidate)
                    : handOverToOneOf(nearestFirst.subList(1, nearestFirst.size())));
  }

  /** The members that answer in time; this member itself always counts. */
  CompletableFuture<List<RaftMember>> reach(List<RaftMember> asked) {
    List<CompletableFuture<List<RaftMember>>> answers = new ArrayList<>();
    for (RaftMember member : asked) {
      answers.add(
          member.id() == config.memberId()
              ? CompletableFuture.completedFuture(List.of(member))
              : peers
                  .call(member.peerUrls(), PeerCall.TERM, TermRequest.getDefaultInstance(), ASK_MS)
                  .handle((reply, failure) -> failure == null ? List.of(member) : List.of()));
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .thenApply(all -> answers.stream().flatMap(answer -> answer.join().stream()).toList());
  }

  static Set<Long> ids(List<RaftMember> members) {
    Set<Long> ids = new HashSet<>();
    members.forEach(member -> ids.add(member.id()));
    return ids;
  }

  private static void requireMajority(RaftMembers of, Set<Long> answering) {
    if (!of.isMajority(answering)) {
      throw tooFewReached(
          of.voters().stream().filter(member -> answering.contains(member.id())).count(),
          of.voters().size());
    }
  }

  private static ChangeRefused tooFewReached(long reached, int voters) {
    return new ChangeRefused(
        Reason.UNSAFE, "only %d of %d voters can be reached".formatted(reached, voters));
  }

  private static ChangeRefused notStarted() {
    return new ChangeRefused(
        Reason.NOT_STARTED, "too few voters of the changed cluster have ever been started");
  }

  private static ChangeRefused unknown(long id) {
    return new ChangeRefused(Reason.UNKNOWN_MEMBER, "no member has ID " + Long.toHexString(id));
  }

  private static ChangeMembersReply toReply(Outcome outcome, long id) {
    if (!(outcome instanceof Outcome.Failed failed)) {
      return toReply(ChangeResult.DONE, id);
    }
    return toReply(
        switch (failed.failure().code()) {
          case MEMBER_NOT_FOUND -> unknown(id);
          case MEMBER_EXISTS -> new ChangeRefused(Reason.ID_EXISTS, "a member has or had this ID");
          case PEER_URL_EXISTS ->
              new ChangeRefused(Reason.ALREADY_MEMBER, "another member has this peer URL");
          case TOO_MANY_LEARNERS ->
              new ChangeRefused(Reason.TOO_MANY_LEARNERS, "too many learner members in cluster");
          default -> throw new IllegalStateException("unexpected " + failed.failure());
        });
  }

  private static ChangeMembersReply toReply(ChangeResult result, long id) {
    return switch (result) {
      case DONE -> ChangeMembersReply.newBuilder().setMemberId(id).build();
      case NOT_LEADER -> NOT_LEADER;
      case IN_PROGRESS ->
          toReply(new ChangeRefused(Reason.IN_PROGRESS, "Raft is already changing members"));
      case NOT_CAUGHT_UP ->
          toReply(new ChangeRefused(Reason.UNSAFE, "the new member did not catch up with the log"));
      case REFUSED -> toReply(new ChangeRefused(Reason.UNSAFE, "Raft refused the change"));
      case UNKNOWN ->
          ChangeMembersReply.newBuilder().setStatus(ChangeMembersReply.Status.UNKNOWN).build();
    };
  }

  private static ChangeMembersReply toReply(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ChangeRefused refused) {
      return ChangeMembersReply.newBuilder()
          .setStatus(ChangeMembersReply.Status.REFUSED)
          .setReason(refused.reason().name())
          .setAbout(refused.about())
          .setWhy(String.valueOf(refused.getMessage()))
          .setMayPass(refused.reason() == Reason.IN_PROGRESS)
          .build();
    }
    if (cause instanceof OutcomeUnknown) {
      return ChangeMembersReply.newBuilder().setStatus(ChangeMembersReply.Status.UNKNOWN).build();
    }
    if (cause instanceof NotServed) {
      return NOT_LEADER;
    }
    throw new CompletionException(cause);
  }
}
