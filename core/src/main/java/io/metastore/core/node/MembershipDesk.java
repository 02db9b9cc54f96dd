package io.metastore.core.node;

import io.metastore.core.api.Membership;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.command.TermRequest;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.raft.RaftNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@link Membership} of a running member. Thread-safe; never blocks. */
final class MembershipDesk implements Membership {
  private static final long ASK_MS = 1000;
  private static final long HAND_OVER_MS = 3000;

  private final NodeConfig config;
  private final RaftNode raft;
  private final PeerChannels peers;

  MembershipDesk(NodeConfig config, RaftNode raft, PeerChannels peers) {
    this.config = config;
    this.raft = raft;
    this.peers = peers;
  }

  @Override
  public CompletableFuture<Long> handOver() {
    List<RaftMember> voters = raft.members();
    List<RaftMember> others =
        voters.stream().filter(member -> member.id() != config.memberId()).toList();
    return answering(others)
        .thenCompose(
            reached -> {
              if (reached.size() <= voters.size() / 2) {
                throw new ChangeRefused(
                    ChangeRefused.Reason.UNSAFE,
                    "without this member, %d of %d members are reachable: no majority"
                        .formatted(reached.size(), voters.size()));
              }
              if (!raft.isLeaderReady()) {
                return CompletableFuture.completedFuture(raft.leaderId());
              }
              List<RaftMember> nearestFirst = new ArrayList<>(reached);
              nearestFirst.sort(
                  Comparator.comparingLong((RaftMember member) -> raft.matchIndex(member.id()))
                      .reversed());
              return handOverToOneOf(nearestFirst);
            });
  }

  /** Tries one after the other. */
  private CompletableFuture<Long> handOverToOneOf(List<RaftMember> candidates) {
    if (candidates.isEmpty()) {
      return CompletableFuture.failedFuture(
          new ChangeRefused(ChangeRefused.Reason.UNSAFE, "no other member could take over"));
    }
    long candidate = candidates.get(0).id();
    return raft.transferLeadership(candidate, HAND_OVER_MS)
        .exceptionally(failure -> false)
        .thenCompose(
            done ->
                done
                    ? CompletableFuture.completedFuture(candidate)
                    : handOverToOneOf(candidates.subList(1, candidates.size())));
  }

  /** Those of the members that answer in time. */
  private CompletableFuture<List<RaftMember>> answering(List<RaftMember> asked) {
    List<CompletableFuture<List<RaftMember>>> answers = new ArrayList<>();
    for (RaftMember member : asked) {
      answers.add(
          peers
              .call(member.peerAddress(), PeerCall.TERM, TermRequest.getDefaultInstance(), ASK_MS)
              .handle((reply, failure) -> failure == null ? List.of(member) : List.of()));
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .thenApply(all -> answers.stream().flatMap(answer -> answer.join().stream()).toList());
  }
}
