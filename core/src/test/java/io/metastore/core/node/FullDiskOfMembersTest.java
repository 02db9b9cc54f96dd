package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.ChangeAlarm;
import io.metastore.core.command.Command;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.core.disk.FullDisk;
import io.metastore.core.disk.SmallDisk;
import io.metastore.core.machine.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members whose disks become full, on real file systems. */
@Timeout(180)
class FullDiskOfMembersTest {
  private static final int DISK_MIB = 160;
  private static final long NEARLY_FULL_BYTES = 32 << 20;

  @TempDir Path directory;

  @Test
  void aNearlyFullDiskStopsWritesAndNothingElse() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("m0"), DISK_MIB);
        TestCluster cluster = new TestCluster(directory, 1).startAll()) {
      Node node = cluster.node(0);
      assertThat(refusal(node, Commands.put("k", "v"))).isNull();
      disk.fill(NEARLY_FULL_BYTES);
      await(() -> node.cluster().alarms().contains(alarm(1)));

      assertThat(refusal(node, Commands.put("k2", "v"))).isEqualTo(FailureCode.NO_SPACE);
      assertThat(count(node, "k", Consistency.LINEARIZABLE)).isEqualTo(1);
      assertThat(refusal(node, Commands.delete("k"))).isNull();

      disk.free();
      await(
          () -> refusal(node, clear(1)) == null && refusal(node, Commands.put("k3", "v")) == null);
      assertThat(cluster.stopped).isEmpty();
    }
  }

  @Test
  void onAFullDiskWritesWaitAndReadsGoOnAndNothingIsLost() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("m0"), DISK_MIB);
        TestCluster cluster = new TestCluster(directory, 1).startAll()) {
      Node node = cluster.node(0);
      assertThat(refusal(node, Commands.put("k", "v"))).isNull();
      disk.fill(0);
      List<CompletableFuture<Outcome>> deletes = writeUntilStuck(node, directory.resolve("m0"));

      assertThat(count(node, "k", Consistency.SERIALIZABLE)).isEqualTo(1);
      assertThat(deletes.get(deletes.size() - 1)).isNotDone();

      disk.free();
      for (CompletableFuture<Outcome> delete : deletes) {
        assertThat(delete.get(60, TimeUnit.SECONDS)).isInstanceOf(Outcome.TxnDone.class);
      }
      await(
          () -> refusal(node, clear(1)) == null && refusal(node, Commands.put("k3", "v")) == null);
      assertThat(cluster.stopped).isEmpty();
    }
  }

  @Test
  void aMemberStartsOnAFullDiskAndServesReads() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("m0"), DISK_MIB);
        TestCluster cluster = new TestCluster(directory, 1).startAll()) {
      assertThat(refusal(cluster.node(0), Commands.put("k", "v"))).isNull();
      // As a member does some time after its start.
      Files.write(directory.resolve("m0").resolve("reserve"), new byte[8 << 20]);
      cluster.stop(0);
      disk.fill(0);

      Node again = cluster.start(0);
      again.ready().get(60, TimeUnit.SECONDS);
      assertThat(count(again, "k", Consistency.LINEARIZABLE)).isEqualTo(1);
      assertThat(refusal(again, Commands.put("k2", "v"))).isEqualTo(FailureCode.NO_SPACE);

      disk.free();
      await(
          () ->
              refusal(again, clear(1)) == null && refusal(again, Commands.put("k3", "v")) == null);
      assertThat(cluster.stopped).isEmpty();
    }
  }

  @Test
  void aMemberIsClosedWhileItWaitsForSpace() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("m0"), DISK_MIB)) {
      try (TestCluster cluster = new TestCluster(directory, 1).startAll()) {
        Node node = cluster.node(0);
        assertThat(refusal(node, Commands.put("k", "v"))).isNull();
        disk.fill(0);
        writeUntilStuck(node, directory.resolve("m0"));
        cluster.stop(0);
        assertThat(FullDisk.waitingMs(directory.resolve("m0").toAbsolutePath())).isZero();

        disk.free();
        Node again = cluster.start(0);
        again.ready().get(60, TimeUnit.SECONDS);
        assertThat(cluster.stopped).isEmpty();
      }
    }
  }

  @Test
  void aLeaderThatCannotWriteHandsOverLeadership() throws Exception {
    try (SmallDisk first = SmallDisk.mount(directory.resolve("m0"), DISK_MIB);
        SmallDisk second = SmallDisk.mount(directory.resolve("m1"), DISK_MIB);
        SmallDisk third = SmallDisk.mount(directory.resolve("m2"), DISK_MIB);
        TestCluster cluster = new TestCluster(directory, 3).startAll()) {
      List<SmallDisk> disks = List.of(first, second, third);
      int leader = (int) cluster.node(0).cluster().leaderId() - 1;
      Node other = cluster.node((leader + 1) % 3);
      assertThat(refusal(other, Commands.put("k", "v"))).isNull();
      disks.get(leader).fill(0);
      var unused = writeUntilStuck(cluster.node(leader), directory.resolve("m" + leader));
      await(() -> other.cluster().leaderId() != leader + 1 && other.cluster().leaderId() != 0);

      assertThat(refusal(other, Commands.delete("k"))).isNull();
      assertThat(count(other, "k", Consistency.LINEARIZABLE)).isZero();

      disks.get(leader).free();
      await(
          () ->
              refusal(cluster.node(leader), clear(leader + 1)) == null
                  && refusal(cluster.node(leader), Commands.put("k3", "v")) == null);
      assertThat(cluster.stopped).isEmpty();
    }
  }

  /**
   * Uses deletes, which are accepted when puts are not; large keys fill the space that the log has
   * preallocated.
   */
  private static List<CompletableFuture<Outcome>> writeUntilStuck(Node node, Path data)
      throws Exception {
    List<CompletableFuture<Outcome>> deletes = new ArrayList<>();
    ByteString largeKey = ByteString.copyFrom(new byte[1 << 20]);
    Op delete = Op.newBuilder().setDelete(Delete.newBuilder().setKey(largeKey)).build();
    await(
        () -> {
          deletes.add(node.submit(Commands.of(delete)));
          return FullDisk.waitingMs(data.toAbsolutePath()) > 0;
        });
    return deletes;
  }

  /** A condition to wait for; the test fails if it does not become true in time. */
  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    while (!condition.holds()) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static @Nullable FailureCode refusal(Node node, Command command) throws Exception {
    Outcome outcome = node.submit(command).get(60, TimeUnit.SECONDS);
    return outcome instanceof Outcome.Failed failed ? failed.failure().code() : null;
  }

  private static long count(Node node, String key, Consistency consistency) throws Exception {
    Outcome outcome =
        node.range(Commands.range(key, "").build(), consistency).get(60, TimeUnit.SECONDS);
    return ((Outcome.Ranged) outcome).result().count();
  }

  private static Alarm alarm(long member) {
    return Alarm.newBuilder().setKind(Alarm.Kind.NOSPACE).setMemberId(member).build();
  }

  private static Command clear(long member) {
    return Command.newBuilder()
        .setChangeAlarm(ChangeAlarm.newBuilder().setAlarm(alarm(member)))
        .build();
  }
}
