package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.NewMember;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Range;
import io.metastore.core.machine.Commands;
import io.metastore.core.raft.PeerListen;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForceNewClusterTest {
  private static final int WAIT_S = 60;

  @TempDir Path directory;

  @Test
  void memberOfALostClusterContinuesAloneWithItsDataAndTakesNewMembers() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
      put(cluster.node(0), "before");
      cluster.awaitOneState();
      for (int i = 0; i < 3; i++) {
        cluster.stop(i);
      }

      Node alone = cluster.start(2, NodeConfig.Beginning.FORCED);
      alone.ready().get(WAIT_S, TimeUnit.SECONDS);
      assertThat(count(alone, "before")).isEqualTo(1);
      put(alone, "alone");
      assertThat(alone.cluster().members()).extracting(MemberInfo::id).containsExactly(3L);

      // The flag is needed once only.
      cluster.stop(2);
      alone = cluster.start(2);
      alone.ready().get(WAIT_S, TimeUnit.SECONDS);
      assertThat(count(alone, "alone")).isEqualTo(1);

      joinAndLeave(cluster, alone);
    }
  }

  private static void joinAndLeave(TestCluster cluster, Node alone) throws Exception {
    InetSocketAddress address = freeAddress();
    CompletableFuture<Invitation> invited = new CompletableFuture<>();
    CompletableFuture<MemberInfo> joining;
    WaitingNode waiting =
        WaitingNode.open(
            "invited", new PeerListen(List.of(address), false), null, invited::complete);
    try (waiting) {
      String url = "http://127.0.0.1:" + address.getPort();
      joining = alone.membership().join(new NewMember("invited", url), /* learner= */ false);
      waiting.invited().get(WAIT_S, TimeUnit.SECONDS);
    }
    try (Node joined = cluster.start(invited.join(), address)) {
      joining.get(WAIT_S, TimeUnit.SECONDS);
      joined.ready().get(WAIT_S, TimeUnit.SECONDS);
      assertThat(count(joined, "before")).isEqualTo(1);
      put(joined, "together");
      assertThat(count(alone, "together")).isEqualTo(1);
      alone.membership().remove(invited.join().memberId()).get(WAIT_S, TimeUnit.SECONDS);
    }
  }

  private static void put(Node node, String key) throws Exception {
    Outcome outcome = node.submit(Commands.put(key, "v")).get(WAIT_S, TimeUnit.SECONDS);
    assertThat(outcome).isInstanceOf(Outcome.TxnDone.class);
  }

  private static int count(Node node, String key) throws Exception {
    Range range = Range.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    Outcome outcome = node.range(range, Consistency.LINEARIZABLE).get(WAIT_S, TimeUnit.SECONDS);
    return ((Outcome.Ranged) outcome).result().keyValues().size();
  }

  private static InetSocketAddress freeAddress() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }
  }
}
