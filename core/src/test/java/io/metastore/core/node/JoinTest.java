package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.NewMember;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.AddRole;
import io.metastore.core.command.AuthChange;
import io.metastore.core.command.Command;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import io.metastore.core.raft.PeerListen;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that join a single-member cluster in this process. */
class JoinTest {
  private static final long PATIENCE_S = 60;

  @TempDir Path directory;

  @Test
  void aLearnerReceivesTheLogHasNoVoteAndTakesCheckpoints() throws Exception {
    InetSocketAddress address = freeAddress();
    String text = "http://127.0.0.1:" + address.getPort();
    CompletableFuture<Invitation> invited = new CompletableFuture<>();
    try (TestCluster cluster = new TestCluster(directory, 1).startAll()) {
      Node alone = cluster.node(0);
      put(alone, "before", "1");
      alone.submit(role("reader")).get(PATIENCE_S, TimeUnit.SECONDS);
      assertThat(alone.checkpoint().get(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<MemberInfo> joining;
      WaitingNode waiting =
          WaitingNode.open(
              "learner", new PeerListen(List.of(address), false), null, invited::complete);
      try (waiting) {
        joining = alone.membership().join(new NewMember("learner", text), /* learner= */ true);
        waiting.invited().get(PATIENCE_S, TimeUnit.SECONDS);
      }
      Invitation invitation = invited.join();
      assertThat(invitation.clusterRuns()).isTrue();
      try (Node learner = cluster.start(invitation, address)) {
        assertThat(joining.get(PATIENCE_S, TimeUnit.SECONDS).id()).isEqualTo(invitation.memberId());
        learner.ready().get(PATIENCE_S, TimeUnit.SECONDS);
        assertThat(put(learner, "through", "2")).isPositive();
        assertThat(get(learner, "before")).isEqualTo("1");
        assertThat(get(learner, "through")).isEqualTo("2");
        assertThat(alone.cluster().members())
            .filteredOn(MemberInfo::learner)
            .singleElement()
            .satisfies(member -> assertThat(member.id()).isEqualTo(invitation.memberId()));
        // A learner can take a checkpoint only after its Raft was restarted.
        while (!isDone(learner.checkpoint())) {
          Thread.onSpinWait();
        }
        put(alone, "after", "3");
        assertThat(get(learner, "after")).isEqualTo("3");
      }
      // The learner never had a vote.
      assertThat(put(alone, "without", "4")).isPositive();
      alone.membership().remove(invitation.memberId()).get(PATIENCE_S, TimeUnit.SECONDS);
      assertThat(alone.cluster().members()).hasSize(1);
    }
  }

  @Test
  void aVoterReceivesACheckpointAndTakesOverWhenTheLeaderIsRemoved() throws Exception {
    InetSocketAddress address = freeAddress();
    CompletableFuture<Invitation> invited = new CompletableFuture<>();
    try (TestCluster cluster = new TestCluster(directory, 1).startAll()) {
      Node alone = cluster.node(0);
      put(alone, "before", "1");
      alone.submit(role("reader")).get(PATIENCE_S, TimeUnit.SECONDS);
      assertThat(alone.checkpoint().get(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<MemberInfo> joining;
      WaitingNode waiting =
          WaitingNode.open(
              "invited", new PeerListen(List.of(address), false), null, invited::complete);
      try (waiting) {
        String text = "http://127.0.0.1:" + address.getPort();
        joining = alone.membership().join(new NewMember("invited", text), /* learner= */ false);
        waiting.invited().get(PATIENCE_S, TimeUnit.SECONDS);
      }
      try (Node joined = cluster.start(invited.join(), address)) {
        joining.get(PATIENCE_S, TimeUnit.SECONDS);
        joined.ready().get(PATIENCE_S, TimeUnit.SECONDS);
        // The checkpoint was received, not made by this member.
        try (Stream<Path> checkpoints = Files.list(directory.resolve("invited/ckpt"))) {
          assertThat(checkpoints).isNotEmpty();
        }
        assertThat(get(joined, "before")).isEqualTo("1");
        // In etcd 3.5.5 a member had no permissions after it had received a snapshot (issue 14571).
        assertThat(joined.access().roles()).isEqualTo(List.of("reader"));
        put(alone, "both", "2");

        // The leader hands over leadership and is then removed by the new leader.
        alone.membership().remove(1).get(PATIENCE_S, TimeUnit.SECONDS);
        assertThat(cluster.stopped.poll(PATIENCE_S, TimeUnit.SECONDS))
            .hasMessage("this member was removed from the cluster");
        assertThat(get(joined, "both")).isEqualTo("2");
        put(joined, "after", "3");
        assertThat(joined.cluster().members())
            .extracting(MemberInfo::id)
            .containsExactly(invited.join().memberId());
        cluster.stop(0);
        assertThatThrownBy(() -> cluster.start(0))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("was removed from the cluster");
      }
    }
  }

  private static boolean isDone(CompletableFuture<Boolean> checkpoint) throws Exception {
    return checkpoint.exceptionally(notYet -> false).get(PATIENCE_S, TimeUnit.SECONDS);
  }

  private static InetSocketAddress freeAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }
  }

  private static Command role(String name) {
    return Command.newBuilder()
        .setAuthChange(AuthChange.newBuilder().setAddRole(AddRole.newBuilder().setName(name)))
        .build();
  }

  private static long put(Node node, String key, String value) throws Exception {
    Put put =
        Put.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFromUtf8(value))
            .build();
    Txn txn = Txn.newBuilder().addSuccess(Op.newBuilder().setPut(put)).build();
    return node.submit(Command.newBuilder().setTxn(txn).build())
        .get(PATIENCE_S, TimeUnit.SECONDS)
        .revision();
  }

  private static String get(Node node, String key) throws Exception {
    Range range = Range.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    Outcome outcome = node.range(range, Consistency.LINEARIZABLE).get(PATIENCE_S, TimeUnit.SECONDS);
    return ((Outcome.Ranged) outcome).result().keyValues().get(0).value().toStringUtf8();
  }
}
