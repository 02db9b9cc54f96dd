package io.metastore.core.node;

import static java.util.Objects.requireNonNull;

import io.metastore.core.command.AddPeer;
import io.metastore.core.command.ChangeMembersReply;
import io.metastore.core.command.ChangeMembersRequest;
import io.metastore.core.command.Configuration;
import io.metastore.core.command.DescribeClusterReply;
import io.metastore.core.command.DescribeClusterRequest;
import io.metastore.core.command.MemberNote;
import io.metastore.core.machine.MemberTable;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.PeerDialer;
import io.metastore.core.raft.PeerTls;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A running cluster, as one of its members describes it to a member that starts for the first time.
 *
 * @param members ordered by ID
 * @param removed IDs of removed members
 */
public record RunningCluster(long id, List<Member> members, List<Long> removed) {
  /** Source: etcd. */
  private static final long ASK_MS = 10_000;

  /** How long to wait for all members if some of them answer. */
  private static final long ALL_MS = 1000;

  private static final int MESSAGE_BYTES_MAX = 4 << 20;

  /**
   * A member of the cluster.
   *
   * @param name empty if the member has never started
   * @param address its peer URLs when it was added, separated by commas; its address in Raft
   * @param peerUrls its present peer URLs
   * @param pending whether it was announced and is not part of Raft yet
   */
  public record Member(
      long id,
      String name,
      String address,
      List<String> peerUrls,
      List<String> clientUrls,
      boolean learner,
      boolean pending) {
    public Member {
      requireNonNull(name, "name");
      requireNonNull(address, "address");
      peerUrls = List.copyOf(peerUrls);
      clientUrls = List.copyOf(clientUrls);
    }
  }

  public RunningCluster {
    members = List.copyOf(members);
    removed = List.copyOf(removed);
  }

  /**
   * Asks members for their cluster, and waits for the answers; for at most a second if some have
   * answered then. The answer of the member that has applied most of the log counts.
   *
   * @param peerUrls for each member to be asked, its peer URLs, separated by commas
   * @param tls certificates of this member; null for none
   * @return null if no member answers
   */
  public static @Nullable RunningCluster find(List<String> peerUrls, @Nullable PeerTls tls) {
    PeerChannels peers = new PeerChannels(new PeerDialer(tls, urls -> urls), MESSAGE_BYTES_MAX);
    try {
      List<CompletableFuture<@Nullable DescribeClusterReply>> answers = new ArrayList<>();
      for (String urls : peerUrls) {
        answers.add(
            peers
                .call(
                    urls,
                    PeerCall.DESCRIBE_CLUSTER,
                    DescribeClusterRequest.getDefaultInstance(),
                    ASK_MS)
                .exceptionally(failure -> null));
      }
      CompletableFuture<Void> all =
          CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new));
      all.copy().completeOnTimeout(null, ALL_MS, TimeUnit.MILLISECONDS).join();
      DescribeClusterReply newest = newest(answers);
      if (newest == null) {
        all.join();
        newest = newest(answers);
      }
      return newest == null ? null : of(newest);
    } finally {
      peers.close();
    }
  }

  /** The answer of the member that has applied most; null if none has arrived. */
  private static @Nullable DescribeClusterReply newest(
      List<CompletableFuture<@Nullable DescribeClusterReply>> answers) {
    DescribeClusterReply newest = null;
    for (CompletableFuture<@Nullable DescribeClusterReply> answer : answers) {
      DescribeClusterReply reply = answer.getNow(null);
      // A member that has applied nothing knows only its flags.
      if (reply != null && reply.getApplied() > (newest == null ? -1 : newest.getApplied())) {
        newest = reply;
      }
    }
    return newest;
  }

  /**
   * Announces a member that is not part of the cluster yet, on its own behalf, as a learner; waits
   * for the answer. Every member is asked; only the leader does it.
   *
   * @param tls certificates of the new member; null for none
   * @return null if the member was announced, otherwise why not
   */
  public @Nullable String announceLearner(
      long newId, List<String> peerUrls, @Nullable PeerTls tls) {
    PeerChannels peers = new PeerChannels(new PeerDialer(tls, urls -> urls), MESSAGE_BYTES_MAX);
    ChangeMembersRequest request =
        ChangeMembersRequest.newBuilder()
            .setAdd(AddPeer.newBuilder().setId(newId).addAllPeerUrls(peerUrls).setLearner(true))
            .build();
    String why = "no leader answers";
    try {
      for (Member member : members) {
        ChangeMembersReply reply =
            peers
                .call(String.join(",", member.peerUrls()), PeerCall.CHANGE_MEMBERS, request, ASK_MS)
                .exceptionally(failure -> MemberChanges.NOT_LEADER)
                .join();
        if (reply.getStatus() == ChangeMembersReply.Status.DONE) {
          return null;
        }
        why = reply.getStatus() == ChangeMembersReply.Status.REFUSED ? reply.getWhy() : why;
      }
      return why;
    } finally {
      peers.close();
    }
  }

  private static RunningCluster of(DescribeClusterReply reply) {
    Configuration configuration = reply.getConfiguration();
    List<Member> members = new ArrayList<>();
    for (Configuration.Member member : MemberTable.all(configuration)) {
      MemberNote note =
          reply.getNotesList().stream()
              .filter(candidate -> candidate.getId() == member.getId())
              .findAny()
              .orElse(MemberNote.getDefaultInstance());
      members.add(
          new Member(
              member.getId(),
              note.getName(),
              member.getAddress(),
              MemberTable.peerUrls(member),
              note.getClientUrlsList(),
              member.getLearner(),
              MemberTable.find(configuration.getPendingList(), member.getId()) != null));
    }
    members.sort(Comparator.comparing(Member::id, Long::compareUnsigned));
    return new RunningCluster(reply.getClusterId(), members, configuration.getRemovedList());
  }
}
