package io.metastore.core.node;

import io.metastore.core.command.ChangeMembersReply;
import io.metastore.core.command.ChangeMembersRequest;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.raft.RaftNode;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a member that was announced part of Raft: when it runs, it asks all other members, of which
 * the leader admits it, until it finds itself in Raft's configuration.
 *
 * <p>Used by one thread; answers may arrive on any thread.
 */
final class Admission {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  private final NodeConfig config;
  private final RaftNode raft;
  private final PeerChannels peers;
  private volatile boolean asking;
  private volatile String lastRefusal = "";

  Admission(NodeConfig config, RaftNode raft, PeerChannels peers) {
    this.config = config;
    this.raft = raft;
    this.peers = peers;
  }

  /** Called regularly. */
  void look() {
    if (asking || raft.members().find(config.memberId()) != null) {
      return;
    }
    asking = true;
    ChangeMembersRequest request =
        ChangeMembersRequest.newBuilder().setAdmit(config.memberId()).build();
    CompletableFuture<?>[] answers =
        config.members().stream()
            .filter(member -> member.id() != config.memberId())
            .map(member -> ask(member, request))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(answers).thenRun(() -> asking = false);
  }

  private CompletableFuture<?> ask(RaftMember member, ChangeMembersRequest request) {
    return peers
        .call(member.peerUrls(), PeerCall.CHANGE_MEMBERS, request, MembershipRequests.CHANGE_MS)
        .handle(
            (reply, failure) -> {
              if (failure == null && reply.getStatus() == ChangeMembersReply.Status.REFUSED) {
                report(reply.getWhy());
              }
              return reply;
            });
  }

  private void report(String refusal) {
    if (!refusal.equals(lastRefusal)) {
      lastRefusal = refusal;
      LOG.atWarn().addKeyValue("reason", refusal).log("not admitted to the cluster yet");
    }
  }
}
