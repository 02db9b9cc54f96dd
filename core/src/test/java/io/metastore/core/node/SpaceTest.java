package io.metastore.core.node;

import static io.metastore.core.machine.TreeRequests.createNode;
import static io.metastore.core.machine.TreeRequests.delete;
import static io.metastore.core.machine.TreeRequests.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.Consistency;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.TreeError;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.ChangeAlarm;
import io.metastore.core.command.Command;
import io.metastore.core.command.NewClient;
import io.metastore.core.command.NodeOp;
import io.metastore.core.machine.Commands;
import io.metastore.core.machine.TreeRequests;
import io.metastore.core.machine.TreeRequests.TestSession;
import io.metastore.core.node.SpaceConfig.AutoCompaction;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quota and the alarms of running members. */
class SpaceTest {
  private static final String LARGE = "v".repeat(1 << 20);
  private static final long QUOTA_BYTES = 10 << 20;

  @TempDir Path directory;

  @Test
  void writesAreRefusedWhenTheQuotaIsReachedUntilItIsRaisedAndTheAlarmCleared() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 1)) {
      cluster.space = withQuota(QUOTA_BYTES);
      cluster.startAll();
      Node node = cluster.node(0);
      int written = 0;
      while (refusal(node, Commands.put("k" + written, LARGE)) == null && written < 1000) {
        written++;
      }
      assertThat(written).as("puts of 1 MiB within a quota of 10").isBetween(1, 999);
      assertThat(node.cluster().alarms()).containsExactly(noSpace(1));

      assertThat(refusal(node, Commands.put("small", "v"))).isEqualTo(FailureCode.NO_SPACE);
      assertThat(refusal(node, Commands.grant(7, 60))).isEqualTo(FailureCode.NO_SPACE);
      assertThat(refusal(node, newClient())).isEqualTo(FailureCode.NO_SPACE);
      assertThat(refusal(node, Commands.delete("k0"))).isNull();
      assertThat(refusal(node, Commands.compact(2))).isNull();
      assertThat(read(node, "k1")).isEqualTo(1);

      assertThat(refusal(node, clear(1))).isNull();
      int more = 0; // a few, because the tables may have become smaller meanwhile
      while (refusal(node, Commands.put("more" + more, LARGE)) == null && more < written) {
        more++;
      }
      assertThat(more).as("further puts within the quota").isLessThan(written);
      assertThat(node.cluster().alarms()).containsExactly(noSpace(1));

      cluster.stop(0);
      cluster.space = withQuota(-1);
      Node again = cluster.start(0);
      again.ready().get(60, TimeUnit.SECONDS);
      assertThat(refusal(again, Commands.put("small", "v")))
          .as("the alarm has not been cleared")
          .isEqualTo(FailureCode.NO_SPACE);
      assertThat(refusal(again, clear(1))).isNull();
      assertThat(refusal(again, Commands.put("small", LARGE))).isNull();
    }
  }

  @Test
  void anAlarmIsRaisedAndClearedOnAllMembersAtOnce() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
      for (int i = 0; i < 20; i++) {
        Node one = cluster.node(i % 3);
        Node other = cluster.node((i + 1) % 3);
        assertThat(refusal(one, change(Alarm.Kind.NOSPACE, 2, true))).isNull();
        assertThat(refusal(other, Commands.put("k", "v"))).isEqualTo(FailureCode.NO_SPACE);
        assertThat(alarms(other)).containsExactly(noSpace(2));
        assertThat(refusal(other, clear(2))).isNull();
        assertThat(refusal(one, Commands.put("k", "v"))).isNull();
      }
    }
  }

  @Test
  void aCorruptClusterServesReadsOnly() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 1).startAll()) {
      Node node = cluster.node(0);
      assertThat(refusal(node, Commands.put("k", "v"))).isNull();
      assertThat(refusal(node, change(Alarm.Kind.CORRUPT, 2, true))).isNull();
      assertThat(refusal(node, Commands.put("k", "v"))).isEqualTo(FailureCode.CORRUPT);
      assertThat(refusal(node, Commands.delete("k"))).isEqualTo(FailureCode.CORRUPT);
      assertThat(read(node, "k")).isEqualTo(1);
      assertThat(refusal(node, change(Alarm.Kind.CORRUPT, 2, false))).isNull();
      assertThat(refusal(node, Commands.delete("k"))).isNull();
    }
  }

  @Test
  void znodesCountAndAreRefusedAsKeysAre() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 1)) {
      cluster.space = withQuota(QUOTA_BYTES);
      cluster.startAll();
      Node node = cluster.node(0);
      TestSession session = TestCluster.openSession(node, 7);
      int written = 0;
      while (change(node, session, createNode(TreeRequests.node("/n" + written, LARGE))) == null
          && written < 1000) {
        written++;
      }
      assertThat(written).as("znodes of 1 MiB within a quota of 10").isBetween(1, 999);
      assertThat(node.cluster().alarms()).containsExactly(noSpace(1));
      assertThat(refusal(node, Commands.put("k", "v"))).isEqualTo(FailureCode.NO_SPACE);

      assertThat(change(node, session, set("/n0", "v", -1))).isEqualTo(TreeError.NO_SPACE);
      assertThat(change(node, session, delete("/n0", -1))).isNull();
      assertThat(TestCluster.openSession(node, 8)).as("a session to delete with").isNotNull();

      assertThat(refusal(node, change(Alarm.Kind.CORRUPT, 1, true))).isNull();
      assertThat(change(node, session, delete("/n1", -1))).isEqualTo(TreeError.CORRUPT);
      assertThat(refusal(node, change(Alarm.Kind.CORRUPT, 1, false))).isNull();
      assertThat(change(node, session, delete("/n1", -1))).isNull();
    }
  }

  @Test
  void defragmentingGivesTheSpaceOfOldVersionsBack() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 1).startAll()) {
      Node node = cluster.node(0);
      Random random = new Random(1);
      for (int i = 0; i < 40; i++) {
        assertThat(refusal(node, Commands.put("k", incompressible(random)))).isNull();
      }
      long before = node.cluster().sizeBytes();
      assertThat(before).isGreaterThan(8L << 20);
      assertThat(refusal(node, Commands.compact(node.cluster().revision()))).isNull();
      node.defragment().get(60, TimeUnit.SECONDS);

      assertThat(node.cluster().sizeBytes()).isLessThan(before / 4);
      assertThat(node.cluster().meters().defragmentations.sum()).isPositive();
      assertThat(read(node, "k")).isEqualTo(1);
      assertThat(refusal(node, Commands.put("k", "v"))).isNull();
    }
  }

  @Test
  void aMemberRewritesItsTablesBeforeItStartsIfThatFreesEnough() throws Exception {
    Random random = new Random(7);
    try (TestCluster cluster = new TestCluster(directory, 1).startAll()) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 8; i++) {
          assertThat(refusal(cluster.node(0), Commands.put("k" + i, incompressible(random))))
              .isNull();
        }
        cluster.stop(0); // writes the memtables to files
        cluster.start(0).ready().get(60, TimeUnit.SECONDS);
      }
      assertThat(refusal(cluster.node(0), Commands.compact(25))).isNull();
      cluster.node(0).compacted(25).get(60, TimeUnit.SECONDS);
      for (long bytesMin : new long[] {1L << 40, 1}) {
        cluster.stop(0);
        cluster.space = withStartDefragmentation(bytesMin);
        Node again = cluster.start(0);
        again.ready().get(60, TimeUnit.SECONDS);
        assertThat(again.cluster().meters().defragmentations.count())
            .isEqualTo(bytesMin == 1 ? 1 : 0);
        assertThat(read(again, "k7")).isEqualTo(1);
      }
    }
  }

  /** 256 KiB. */
  private static String incompressible(Random random) {
    byte[] bytes = new byte[128 << 10];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static @Nullable TreeError change(Node node, TestSession session, NodeOp op)
      throws Exception {
    Outcome outcome = node.submit(session.change(op)).get(20, TimeUnit.SECONDS);
    return outcome instanceof Outcome.TreeRefused refused ? refused.error() : null;
  }

  private static SpaceConfig withQuota(long quotaBytes) {
    return new SpaceConfig(
        quotaBytes,
        AutoCompaction.OFF,
        SpaceConfig.DEFAULT_BATCH_LIMIT,
        SpaceConfig.DEFAULT_SLEEP_MS,
        /* startDefragmentationBytes= */ 0);
  }

  private static SpaceConfig withStartDefragmentation(long bytesMin) {
    return new SpaceConfig(
        -1,
        AutoCompaction.OFF,
        SpaceConfig.DEFAULT_BATCH_LIMIT,
        SpaceConfig.DEFAULT_SLEEP_MS,
        bytesMin);
  }

  private static @Nullable FailureCode refusal(Node node, Command command) throws Exception {
    Outcome outcome = node.submit(command).get(60, TimeUnit.SECONDS);
    return outcome instanceof Outcome.Failed failed ? failed.failure().code() : null;
  }

  private static long read(Node node, String key) throws Exception {
    Outcome outcome =
        node.range(Commands.range(key, "").build(), Consistency.LINEARIZABLE)
            .get(60, TimeUnit.SECONDS);
    return ((Outcome.Ranged) outcome).result().count();
  }

  private static Iterable<Alarm> alarms(Node node) throws Exception {
    try (ReadView view = node.view(Consistency.LINEARIZABLE).get(60, TimeUnit.SECONDS)) {
      return view.alarms();
    }
  }

  private static Command newClient() {
    return Command.newBuilder().setNewClient(NewClient.newBuilder().setTtl(60)).build();
  }

  private static Alarm noSpace(long member) {
    return Alarm.newBuilder().setKind(Alarm.Kind.NOSPACE).setMemberId(member).build();
  }

  private static Command clear(long member) {
    return change(Alarm.Kind.NOSPACE, member, false);
  }

  private static Command change(Alarm.Kind kind, long member, boolean raised) {
    Alarm alarm = Alarm.newBuilder().setKind(kind).setMemberId(member).build();
    return Command.newBuilder()
        .setChangeAlarm(ChangeAlarm.newBuilder().setAlarm(alarm).setRaised(raised))
        .build();
  }
}
