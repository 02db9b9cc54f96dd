package io.metastore.core.node;

import static io.metastore.core.machine.TreeRequests.createNode;
import static io.metastore.core.machine.TreeRequests.node;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.Command;
import io.metastore.core.command.Range;
import io.metastore.core.machine.Commands;
import io.metastore.core.machine.TreeRequests.TestSession;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageOptions;
import io.metastore.core.storage.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens after a disk has changed the data of one member of three. */
class CorruptionTest {
  private static final Duration OFTEN = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int VICTIM = 2;
  private static final long VICTIM_ID = 3;

  @TempDir Path directory;

  @Test
  void memberWithAChangedRecordIsNamedAndServesNoReads() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3)) {
      cluster.corruption = new CorruptionConfig(false, OFTEN, Duration.ZERO);
      cluster.startAll();
      write(cluster);
      assertThat(hash(cluster.node(0))).isEqualTo(hash(cluster.node(1)));
      cluster.stop(VICTIM);
      changeRow(Table.LATEST, "k7");

      cluster.corruption = new CorruptionConfig(true, Duration.ZERO, Duration.ZERO);
      assertThatThrownBy(() -> cluster.start(VICTIM))
          .isInstanceOf(IOException.class)
          .hasMessage("3 found data inconsistency with peers");

      cluster.corruption = new CorruptionConfig(false, OFTEN, Duration.ZERO);
      Node victim = cluster.start(VICTIM);
      victim.ready().get(60, TimeUnit.SECONDS);
      awaitAlarm(cluster, 0, 1, VICTIM);
      assertThat(refusal(read(victim, Consistency.LINEARIZABLE))).isEqualTo(FailureCode.CORRUPT);
      assertThat(refusal(read(victim, Consistency.SERIALIZABLE))).isEqualTo(FailureCode.CORRUPT);
      try (ReadView view = victim.view(Consistency.SERIALIZABLE).get()) {
        assertThat(view.findRefusal(Range.getDefaultInstance())).isNotNull();
        assertThat(view.alarms()).hasSize(1);
      }
      assertThat(read(cluster.node(0), Consistency.LINEARIZABLE))
          .isInstanceOf(Outcome.Ranged.class);
      assertThat(refusal(submit(cluster.node(0), Commands.put("k", "v"))))
          .isEqualTo(FailureCode.CORRUPT);
    }
  }

  @Test
  void memberWithADamagedFileIsNamedAfterACompaction() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3)) {
      cluster.corruption = new CorruptionConfig(false, Duration.ZERO, OFTEN);
      cluster.startAll();
      write(cluster);
      cluster.stop(VICTIM);
      damageFiles("latest", "");
      Node victim = cluster.start(VICTIM);
      victim.ready().get(60, TimeUnit.SECONDS);
      assertThatThrownBy(() -> read(victim, Consistency.SERIALIZABLE))
          .as("a damaged block is an error, not an empty answer")
          .isInstanceOf(ExecutionException.class);
      assertThat(cluster.node(0).cluster().alarms()).isEmpty();
      submit(cluster.node(0), Commands.compact(5));
      awaitAlarm(cluster, 0, 1); // the third one may have stopped: RocksDB writes no more
    }
  }

  @Test
  void memberWithAChangedZnodeIsNamedAndServesNoZnodes() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3)) {
      cluster.corruption = new CorruptionConfig(false, OFTEN, Duration.ZERO);
      cluster.startAll();
      createZnodes(cluster);
      cluster.stop(VICTIM);
      changeRow(Table.ZNODE_DATA, "/n7");

      cluster.corruption = new CorruptionConfig(true, Duration.ZERO, Duration.ZERO);
      Node stopping = cluster.start(VICTIM);
      assertThat(cluster.stopped.poll(60, TimeUnit.SECONDS))
          .isInstanceOf(IOException.class)
          .hasMessage("3 found data inconsistency with peers");
      assertThat(stopping.ready()).as("serving clients").isNotDone();
      cluster.stop(VICTIM);

      cluster.corruption = CorruptionConfig.OFF;
      Node victim = cluster.start(VICTIM);
      victim.ready().get(60, TimeUnit.SECONDS);
      awaitAlarm(cluster, 0, 1, VICTIM);
      try (ReadView view = victim.view(Consistency.SERIALIZABLE).get()) {
        assertThat(view.findCorruption()).isNotNull();
      }
      try (ReadView view = cluster.node(0).view(Consistency.LINEARIZABLE).get()) {
        assertThat(view.findCorruption()).isNull();
        assertThat(view.tree().findData("/n7")).isEqualTo(Commands.bytes(data(7)));
      }
    }
  }

  @Test
  void leaderWithAChangedZnodeNamesItselfAfterACompaction() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3)) {
      cluster.corruption = new CorruptionConfig(false, Duration.ZERO, OFTEN);
      cluster.startAll();
      createZnodes(cluster);
      cluster.stop(VICTIM);
      changeRow(Table.ZNODE_DATA, "/n7");
      cluster.start(VICTIM).ready().get(60, TimeUnit.SECONDS);
      cluster.lead(VICTIM);
      assertThat(cluster.node(0).cluster().alarms()).isEmpty();
      submit(cluster.node(0), Commands.compact(5));
      awaitAlarm(cluster, 0, 1, VICTIM);
    }
  }

  @Test
  void memberWithDamagedZnodesDoesNotServeAfterAStart() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3)) {
      cluster.startAll();
      createZnodes(cluster);
      cluster.stop(VICTIM);
      damageFiles("znode-data", "data7");
      cluster.corruption = new CorruptionConfig(true, Duration.ZERO, Duration.ZERO);
      Node stopping = cluster.start(VICTIM);
      // Whether the comparison or RocksDB itself finds the damage first depends on the time.
      assertThat(cluster.stopped.poll(60, TimeUnit.SECONDS)).isNotNull();
      assertThat(stopping.ready()).as("serving clients").isNotDone();
    }
  }

  /** Creates znodes, each in another block of the file. */
  private static void createZnodes(TestCluster cluster) throws Exception {
    TestSession session = TestCluster.openSession(cluster.node(0), 7);
    for (int i = 0; i < 10; i++) {
      submit(cluster.node(0), session.change(createNode(node("/n" + i, data(i)))));
    }
    cluster.awaitOneState();
  }

  private static String data(int number) {
    return "data" + number + "x".repeat(8 << 10);
  }

  private static void write(TestCluster cluster) throws Exception {
    for (int i = 0; i < 20; i++) {
      submit(cluster.node(0), Commands.put("k" + i, "first" + i));
      submit(cluster.node(0), Commands.put("k" + i / 2, "second" + i));
    }
    cluster.awaitOneState();
  }

  private Path tables() {
    return LiveTables.firstGeneration(LiveTables.directory(directory.resolve("m" + VICTIM)));
  }

  private void changeRow(Table table, String key) {
    try (Storage storage = Storage.open(tables(), StorageOptions.DEFAULT)) {
      byte[] keyBytes = key.getBytes(UTF_8);
      byte[] record = requireNonNull(storage.find(table, keyBytes));
      record[record.length - 1] ^= 1;
      storage.edit(table, Map.of(keyBytes, record), List.of());
      storage.flush();
    }
  }

  /**
   * Changes a byte in every file of a table.
   *
   * @param text where; empty for the beginning of the file
   */
  private void damageFiles(String table, String text) throws IOException {
    try (Stream<Path> files = Files.list(tables())) {
      for (Path file : files.filter(found -> found.toString().endsWith(".sst")).toList()) {
        byte[] data = Files.readAllBytes(file);
        String content = new String(data, ISO_8859_1);
        if (content.contains(table)) { // the name is in the file
          data[content.indexOf(text)] ^= 1;
          Files.write(file, data);
        }
      }
    }
  }

  private static void awaitAlarm(TestCluster cluster, int... members) throws Exception {
    Alarm alarm = Alarm.newBuilder().setKind(Alarm.Kind.CORRUPT).setMemberId(VICTIM_ID).build();
    for (int member : members) {
      Node node = cluster.node(member);
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (!node.cluster().alarms().equals(List.of(alarm))) {
        assertThat(System.nanoTime()).as("the alarm on member %d in time", member).isLessThan(end);
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private static Outcome hash(Node node) throws Exception {
    return node.hash(0).get(60, TimeUnit.SECONDS);
  }

  private static Outcome read(Node node, Consistency consistency) throws Exception {
    Range range = Range.newBuilder().setKey(ByteString.copyFromUtf8("k1")).build();
    return node.range(range, consistency).get(60, TimeUnit.SECONDS);
  }

  private static Outcome submit(Node node, Command command) throws Exception {
    return node.submit(command).get(60, TimeUnit.SECONDS);
  }

  private static FailureCode refusal(Outcome outcome) {
    return ((Outcome.Failed) outcome).failure().code();
  }
}
