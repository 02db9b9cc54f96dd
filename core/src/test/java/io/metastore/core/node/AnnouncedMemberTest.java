package io.metastore.core.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.NewMember;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.PeerUrl;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.machine.Commands;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

    second.membership().promote(2).get(WAIT_S, TimeUnit.SECONDS);
    put(second); // needs both members

    // Each elects the other one with its vote.
    assertThat(first.membership().transferLeadership(2).get(WAIT_S, TimeUnit.SECONDS)).isTrue();
    put(first);
    assertThat(second.membership().transferLeadership(1).get(WAIT_S, TimeUnit.SECONDS)).isTrue();
    put(second);
  }

  private void announce(long id, boolean learner) throws Exception {
    String url = "http://127.0.0.1:" + freePort();
    members.put(id, new NewMember("m" + id, url));
    first.membership().announce(id, List.of(url), learner).get(WAIT_S, TimeUnit.SECONDS);
    assertThat(first.cluster().members())
        .contains(new MemberInfo(id, "", List.of(url), List.of(), learner));
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
