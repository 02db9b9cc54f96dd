package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.RequestKind;
import io.metastore.core.command.Command;
import io.metastore.core.command.GrantLease;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeTest {
  private static final int LEASES_PER_CALLER = 50;
  private static final long TTL = 20;

  /** Five thousand of them fill more than one segment of the log, which is deleted as a whole. */
  private static final String LARGE = "x".repeat(1000);

  @TempDir Path directory;

  @Test
  void acknowledgedPutsSurviveARestart() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 1).startAll()) {
      Node node = cluster.node(0);
      for (int i = 0; i < 100; i++) {
        assertThat(put(node, "k" + i, "v" + i)).isEqualTo(i + 2);
      }
      assertThat(get(node, "k7")).isEqualTo("v7");
      cluster.stop(0);
      Node again = cluster.start(0);
      again.ready().get(60, TimeUnit.SECONDS);
      assertThat(get(again, "k99")).isEqualTo("v99");
      assertThat(put(again, "k", "v")).isEqualTo(102);
    }
  }

  @Test
  void aWriteThroughAnyMemberIsVisibleOnAllMembersAtOnce() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
      for (int i = 0; i < 30; i++) {
        put(cluster.node(i % 3), "k" + i, "v" + i);
        assertThat(get(cluster.node((i + 1) % 3), "k" + i)).isEqualTo("v" + i);
      }
      List<CompletableFuture<Outcome>> many = new ArrayList<>();
      for (int i = 0; i < 3000; i++) {
        many.add(cluster.node(i % 3).submit(putCommand("m" + i, "x")));
      }
      for (CompletableFuture<Outcome> outcome : many) {
        assertThat(outcome.get(60, TimeUnit.SECONDS)).isInstanceOf(Outcome.TxnDone.class);
      }
      cluster.awaitOneState();
      long leader = cluster.node(0).cluster().leaderId();
      for (int i = 0; i < 3; i++) {
        ClusterView view = cluster.node(i).cluster();
        assertThat(view.keys()).isEqualTo(3030);
        assertThat(view.meters().requests(RequestKind.PUT, true).count()).isEqualTo(1010);
        assertThat(view.meters().requests(RequestKind.RANGE, true).count()).isEqualTo(10);
        assertThat(view.meters().rangeReads(true).count()).isEqualTo(10);
        if (view.memberId() != leader) {
          assertThat(view.meters().caller(leader).bytesReceived.sum()).isPositive();
          assertThat(view.meters().caller(leader).openCalls.sum()).isPositive();
          assertThat(view.peerMeter(leader).traffic.bytesSent.sum()).isPositive();
        }
      }
    }
  }

  /**
   * Each write is either in the log that the next leader takes over, or is proposed again to it.
   */
  @Test
  void noWriteFailsWhileLeadersHandOver() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
      AtomicBoolean done = new AtomicBoolean();
      List<CompletableFuture<Void>> writers = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        writers.add(putUntil(done, cluster.node(i % 3), "k" + i));
      }
      for (int i = 0; i < 10; i++) {
        long leader = cluster.node(0).cluster().leaderId();
        cluster.node((int) leader - 1).handOver();
        for (int number = 0; number < 3; number++) {
          put(cluster.node(number), "after", "hand-over " + i);
        }
      }
      done.set(true);
      for (CompletableFuture<Void> writer : writers) {
        writer.get(60, TimeUnit.SECONDS);
      }
    }
  }

  /** Puts a key again and again; fails if one of the puts fails. */
  private static CompletableFuture<Void> putUntil(AtomicBoolean done, Node node, String key) {
    return done.get()
        ? CompletableFuture.completedFuture(null)
        : node.submit(putCommand(key, "v")).thenComposeAsync(put -> putUntil(done, node, key));
  }

  /** What the new leader has applied is no longer in its memory: it reads the log from disk. */
  @Test
  void aNewLeaderSendsOldEntriesToAMemberThatWasAway() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
      cluster.lead(0);
      cluster.awaitOneState();
      long applied = cluster.node(2).cluster().appliedIndex();
      cluster.stop(2);
      String large = "x".repeat(200 << 10);
      for (int i = 0; i < 12; i++) {
        put(cluster.node(0), "k" + i, large);
      }
      cluster.lead(1);
      for (int i = 12; i < 24; i++) {
        put(cluster.node(1), "k" + i, large);
      }
      cluster.start(2).ready().get(60, TimeUnit.SECONDS);
      cluster.awaitOneState();
      assertThat(cluster.checkpoints(2))
          .as("indexes of checkpoints, of which it has received none")
          .allMatch(index -> index <= applied);
      cluster.lead(2);
      assertThat(put(cluster.node(2), "k24", large)).isEqualTo(26);
    }
  }

  @Test
  void aMemberThatWasAwayCatchesUpBySnapshot() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3)) {
      cluster.catchupEntries = 0;
      cluster.startAll();
      put(cluster.node(0), "a", "1");
      cluster.awaitOneState();
      long applied = cluster.node(2).cluster().appliedIndex();
      cluster.stop(2);
      Node node = cluster.node(0);
      List<CompletableFuture<Outcome>> many = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        many.add(node.submit(putCommand("k" + i, LARGE + i)));
      }
      for (CompletableFuture<Outcome> outcome : many) {
        outcome.get(60, TimeUnit.SECONDS);
      }
      assertThat(cluster.node(0).checkpoint().get(60, TimeUnit.SECONDS)).isTrue();
      assertThat(cluster.node(1).checkpoint().get(60, TimeUnit.SECONDS)).isTrue();
      Node late = cluster.start(2);
      late.ready().get(60, TimeUnit.SECONDS);
      assertThat(cluster.checkpoints(2))
          .as("indexes of checkpoints, of which it has made none itself after it was away")
          .anyMatch(index -> index > applied);
      assertThat(get(late, "k4999")).isEqualTo(LARGE + 4999);
      assertThat(put(late, "b", "2")).isEqualTo(5003);
    }
  }

  /** The member that was asked for the lease may have applied its grant before the leader did. */
  @ParameterizedTest(name = "{0} members")
  @ValueSource(ints = {1, 3})
  void aGrantedLeaseCanBeRenewedAndQueriedAtOnceThroughAnyMember(int members) throws Exception {
    try (TestCluster cluster = new TestCluster(directory, members).startAll()) {
      AtomicLong ids = new AtomicLong();
      grantAndUseMany(cluster, members, ids);
      if (members > 1) {
        int leader = (int) cluster.node(0).cluster().leaderId() - 1;
        cluster.stop(leader);
        cluster.start(leader).ready().get(60, TimeUnit.SECONDS);
        grantAndUseMany(cluster, members, ids);
      }
    }
  }

  /** Grants many leases concurrently, each through one member, and uses each through another. */
  private static void grantAndUseMany(TestCluster cluster, int members, AtomicLong ids)
      throws Exception {
    List<CompletableFuture<Void>> callers = new ArrayList<>();
    for (int caller = 0; caller < 200; caller++) {
      Node here = cluster.node(caller % members);
      Node there = cluster.node((caller + 1) % members);
      callers.add(repeat(LEASES_PER_CALLER, () -> grantAndUse(ids.incrementAndGet(), here, there)));
    }
    for (CompletableFuture<Void> caller : callers) {
      caller.get(60, TimeUnit.SECONDS);
    }
  }

  private static CompletableFuture<Void> grantAndUse(long id, Node here, Node there) {
    GrantLease grant = GrantLease.newBuilder().setId(id).setTtl(TTL).build();
    return here.submit(Command.newBuilder().setGrantLease(grant).build())
        .thenCompose(granted -> keptAlive(id, here))
        .thenCompose(kept -> keptAlive(id, there))
        .thenCompose(kept -> there.timeToLive(id, false))
        .thenAccept(status -> assertThat(status.grantedTtl()).as("time to live").isEqualTo(TTL));
  }

  private static CompletableFuture<Void> keptAlive(long id, Node node) {
    return node.keepAlive(id).thenAccept(ttl -> assertThat(ttl).as("kept alive").isEqualTo(TTL));
  }

  @Test
  void unansweredRenewalsFailWhenTheMemberCloses() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
      cluster.stop(0);
      cluster.stop(1);
      Node alone = cluster.node(2);
      List<CompletableFuture<?>> calls =
          List.of(alone.keepAlive(1), alone.timeToLive(1, true), alone.leases());
      cluster.stop(2);
      for (CompletableFuture<?> call : calls) {
        assertThat(call).failsWithin(60, TimeUnit.SECONDS);
      }
      assertThat(alone.keepAlive(1)).isCompletedExceptionally();
    }
  }

  private static CompletableFuture<Void> repeat(
      int times, Supplier<CompletableFuture<Void>> action) {
    return times == 0
        ? CompletableFuture.completedFuture(null)
        : action.get().thenComposeAsync(done -> repeat(times - 1, action));
  }

  private static Command putCommand(String key, String value) {
    Put put =
        Put.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFromUtf8(value))
            .build();
    return Command.newBuilder()
        .setTxn(Txn.newBuilder().addSuccess(Op.newBuilder().setPut(put)))
        .build();
  }

  private static long put(Node node, String key, String value) throws Exception {
    return node.submit(putCommand(key, value)).get(60, TimeUnit.SECONDS).revision();
  }

  private static String get(Node node, String key) throws Exception {
    Range range = Range.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    Outcome outcome = node.range(range, Consistency.LINEARIZABLE).get(60, TimeUnit.SECONDS);
    return ((Outcome.Ranged) outcome).result().keyValues().get(0).value().toStringUtf8();
  }
}
