package io.metastore.core.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.NewMember;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.PeerUrl;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.command.AddPeer;
import io.metastore.core.machine.Commands;
import io.metastore.core.raft.RaftSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that are announced to a cluster of one and start later. */
class AnnouncedMemberTest {
  private static final int WAIT_S = 60;

  @TempDir Path directory;

  private final Map<Long, NewMember> members = new HashMap<>();
  private final List<Node> joined = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestCluster cluster;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Node first;

  @BeforeEach
  void start() throws Exception {
    cluster = new TestCluster(directory, 1).startAll();
    first = cluster.node(0);
    members.put(1L, new NewMember("m0", "http://" + cluster.address(0)));
  }

  @AfterEach
  void stop() throws Exception {
    for (Node node : joined) {
      node.close();
    }
    cluster.close();
  }

  /** Ratis would count it as a member that is being added, which fails if one does not answer. */
  @Test
  void deadLearnerBlocksNeitherWritesNorNewMembers() throws Exception {
    announce(2, /* learner= */ true);
    Node learner = join(2);
    await(learner);
    learner.close();
    joined.clear();
    put(first);

    announce(3, /* learner= */ false);
    put(first); // a voter that has not started does not count for majorities yet
    await(join(3));
    put(first);
    first.membership().remove(2).get(WAIT_S, TimeUnit.SECONDS);
    assertThat(first.cluster().members()).extracting(MemberInfo::id).containsExactly(1L, 3L);
  }

  /** Ratis would leave it half started: it could neither vote nor lead. */
  @Test
  void promotedLearnerVotesAndLeads() throws Exception {
    announce(2, /* learner= */ true);
    Node second = join(2);
    await(second);
    assertThatThrownBy(() -> first.membership().promote(1).get(WAIT_S, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            ChangeRefused.class,
            refused -> assertThat(refused.reason()).isEqualTo(ChangeRefused.Reason.NOT_LEARNER));

    promote(second, 2);
    put(second); // needs both members

    // Each elects the other one with its vote.
    assertThat(first.membership().transferLeadership(2).get(WAIT_S, TimeUnit.SECONDS)).isTrue();
    put(first);
    assertThat(second.membership().transferLeadership(1).get(WAIT_S, TimeUnit.SECONDS)).isTrue();
    put(second);
  }

  /**
   * A voter that has failed may have stored that the learner is a voter, too. Then it asks for a
   * vote that it may need.
   */
  @Test
  void learnerVotesOnceInATerm() throws Exception {
    announce(2, /* learner= */ true);
    Node learner = join(2);
    await(learner);
    announce(3, /* learner= */ false);
    Node third = join(3);
    await(third);
    put(first);
    third.close();
    cluster.stop(0);
    joined.remove(third);

    RequestVoteReplyProto known = askForVote(1, 0, 0, /* preVote= */ true);
    assertThat(known.getServerReply().getSuccess()).as("with an empty log").isFalse();
    long last = known.getLastEntry().getIndex();
    long term = known.getTerm() + 1;
    assertThat(votes(1, term, last - 1)).as("with a shorter log").isFalse();
    assertThat(votes(1, term, last)).isTrue();
    assertThat(votes(3, term, last)).as("in the same term").isFalse();
    assertThat(votes(1, term, last)).as("again for the same candidate").isTrue();
    assertThat(votes(3, term + 1, last + 1)).isTrue();
  }

  private boolean votes(long candidate, long term, long lastIndex) {
    return askForVote(candidate, term, lastIndex, /* preVote= */ false)
        .getServerReply()
        .getSuccess();
  }

  /** Asks member 2 for its vote, in the name of another one. */
  private RequestVoteReplyProto askForVote(
      long candidate, long term, long lastIndex, boolean preVote) {
    PeerUrl asked = PeerUrl.parse(requireNonNull(members.get(2L)).peerUrl());
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(asked.host(), asked.port()).usePlaintext().build();
    try {
      return RaftServerProtocolServiceGrpc.newBlockingStub(channel)
          .withWaitForReady()
          .withDeadlineAfter(WAIT_S, TimeUnit.SECONDS)
          .requestVote(
              RequestVoteRequestProto.newBuilder()
                  .setServerRequest(
                      RaftRpcRequestProto.newBuilder()
                          .setRequestorId(peerId(candidate))
                          .setReplyId(peerId(2))
                          .setRaftGroupId(
                              RaftGroupIdProto.newBuilder()
                                  .setId(
                                      RaftGroupId.valueOf(RaftSettings.groupId(77))
                                          .toByteString())))
                  .setCandidateTerm(term)
                  .setCandidateLastEntry(
                      TermIndexProto.newBuilder().setTerm(term - 1).setIndex(lastIndex))
                  .setPreVote(preVote)
                  .build());
    } finally {
      channel.shutdownNow();
    }
  }

  private static ByteString peerId(long memberId) {
    return RaftPeerId.valueOf(Long.toHexString(memberId)).toByteString();
  }

  private void announce(long id, boolean learner) throws Exception {
    String url = "http://127.0.0.1:" + freePort();
    members.put(id, new NewMember("m" + id, url));
    AddPeer added = AddPeer.newBuilder().setId(id).addPeerUrls(url).setLearner(learner).build();
    first.membership().announce(added).get(WAIT_S, TimeUnit.SECONDS);
    assertThat(first.cluster().members())
        .contains(new MemberInfo(id, "", List.of(url), List.of(), learner));
  }

  /**
   * A learner restarts Raft once after it has joined. If that takes some seconds, as on a busy
   * machine, promoting it is refused, and the caller is to try again.
   */
  private static void promote(Node node, long id) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    while (true) {
      try {
        node.membership().promote(id).get(WAIT_S, TimeUnit.SECONDS);
        return;
      } catch (ExecutionException e) {
        boolean starting =
            e.getCause() instanceof ChangeRefused refused
                && refused.reason() == ChangeRefused.Reason.IN_PROGRESS;
        if (!starting || System.nanoTime() > end) {
          throw e;
        }
      }
    }
  }

  private Node join(long id) throws Exception {
    int port = PeerUrl.parse(requireNonNull(members.get(id)).peerUrl()).port();
    Invitation invitation = new Invitation(77, id, /* clusterRuns= */ true, members);
    Node node =
        cluster.start(invitation, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    joined.add(node);
    return node;
  }

  private static void await(Node node) throws Exception {
    node.ready().get(WAIT_S, TimeUnit.SECONDS);
  }

  private static void put(Node node) throws Exception {
    Outcome outcome = node.submit(Commands.put("key", "v")).get(WAIT_S, TimeUnit.SECONDS);
    assertThat(outcome).isInstanceOf(Outcome.TxnDone.class);
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
