package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTest {
  @TempDir Path directory;

  @Test
  void acknowledgedPutsAreThereAfterARestart() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 1).startAll()) {
      Node node = cluster.node(0);
      for (int i = 0; i < 100; i++) {
        assertThat(put(node, "k" + i, "v" + i)).isEqualTo(i + 2);
      }
      assertThat(get(node, "k7")).isEqualTo("v7");
      cluster.stop(0);
      Node again = cluster.start(0);
      again.ready().get(30, TimeUnit.SECONDS);
      assertThat(get(again, "k99")).isEqualTo("v99");
      assertThat(put(again, "k", "v")).isEqualTo(102);
    }
  }

  @Test
  void everyMemberTakesWritesAndReadsThemAtOnceEverywhere() throws Exception {
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
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isInstanceOf(Outcome.TxnDone.class);
      }
    }
  }

  @Test
  void aMemberThatWasAwayCatchesUpBySnapshot() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
      put(cluster.node(0), "a", "1");
      cluster.stop(2);
      Node node = cluster.node(0);
      List<CompletableFuture<Outcome>> many = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        many.add(node.submit(putCommand("k" + i, "v" + i)));
      }
      for (CompletableFuture<Outcome> outcome : many) {
        outcome.get(10, TimeUnit.SECONDS);
      }
      assertThat(cluster.node(0).checkpoint().get(10, TimeUnit.SECONDS)).isTrue();
      assertThat(cluster.node(1).checkpoint().get(10, TimeUnit.SECONDS)).isTrue();
      Node late = cluster.start(2);
      late.ready().get(30, TimeUnit.SECONDS);
      assertThat(get(late, "k4999")).isEqualTo("v4999");
      assertThat(put(late, "b", "2")).isEqualTo(5003);
    }
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
    return node.submit(putCommand(key, value)).get(10, TimeUnit.SECONDS).revision();
  }

  private static String get(Node node, String key) throws Exception {
    Range range = Range.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    Outcome outcome = node.range(range, Consistency.LINEARIZABLE).get(10, TimeUnit.SECONDS);
    return ((Outcome.Ranged) outcome).result().keyValues().get(0).value().toStringUtf8();
  }
}
