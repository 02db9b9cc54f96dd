package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real follower that was away receives a checkpoint of several files. */
class SnapshotInstallTest {
  private static final int VALUES = 60;

  /** As in RaftServerImpl, where it is not public. */
  private static final String INSTALL_SNAPSHOT = "RaftServerImpl.installSnapshot";

  @Test
  void followerThatMissedThePurgedLogCatchesUpFromACheckpoint(@TempDir Path directory)
      throws Exception {
    try (ToyCluster cluster = new ToyCluster(directory, SnapshotInstallTest::purgeAtOnce)) {
      int leader = cluster.awaitLeader();
      int away = (leader + 1) % 3;
      cluster.get(leader).put("before");
      cluster.get(away).machine().awaitValue("before");
      cluster.stop(away);
      for (int i = 0; i < VALUES; i++) {
        cluster.get(leader).put("value " + i);
      }
      ToyServer server = cluster.get(leader);
      server.takeCheckpoint();
      server.machine().await(() -> startIndex(server) > 10, "purged log");
      server.put("after");

      ToyMachine back = cluster.start(away).machine();
      back.awaitValue("after");

      assertThat(back.values()).isEqualTo(server.machine().values());
      assertCallsOfAnInstall(back.calls());
      Path received = back.findNewestCheckpoint();
      assertThat(received).isNotNull();
      try (Stream<Path> files = Files.list(received)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .as("digests are gone: the checkpoint is durable")
            .containsExactlyInAnyOrder("part-0", "part-1", "part-2", "part-3", "part-4", "empty");
      }

      // And again from the received checkpoint, with its own log after it.
      cluster.stop(away);
      ToyMachine again = cluster.start(away).machine();
      again.awaitValue("after");
      assertThat(again.values()).isEqualTo(server.machine().values());
      assertThat(again.calls()).noneMatch(call -> call.startsWith("reinitialize"));
      assertThat(leftovers(cluster.data(away))).isEmpty();
    }
  }

  /** Sending takes long if a checkpoint is large: more of the log may be written than is kept. */
  @Test
  void checkpointIsSentOnceThoughNewerOnesAreMadeMeanwhile(@TempDir Path directory)
      throws Exception {
    CountDownLatch firstPart = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger transfers = new AtomicInteger();
    try (ToyCluster cluster = new ToyCluster(directory, SnapshotInstallTest::purgeAtOnce)) {
      int leader = cluster.awaitLeader();
      int away = (leader + 1) % 3;
      cluster.get(leader).put("before");
      cluster.stop(away);
      putMuchAndTakeCheckpoint(cluster.get(leader), "a");
      CodeInjectionForTesting.put(
          INSTALL_SNAPSHOT,
          (local, remote, arguments) -> {
            InstallSnapshotRequestProto part = (InstallSnapshotRequestProto) arguments[0];
            if (part.getSnapshotChunk().getRequestIndex() == 0) {
              transfers.incrementAndGet();
              firstPart.countDown();
              awaitOrFail(goOn);
            }
            return false;
          });

      ToyMachine back = cluster.start(away).machine();
      awaitOrFail(firstPart);
      // More than the number of checkpoints that are kept.
      putMuchAndTakeCheckpoint(cluster.get(leader), "b");
      putMuchAndTakeCheckpoint(cluster.get(leader), "c");
      putMuchAndTakeCheckpoint(cluster.get(leader), "d");
      goOn.countDown();

      cluster.get(leader).put("after");
      back.awaitValue("after");
      assertThat(back.values()).isEqualTo(cluster.get(leader).machine().values());
      assertThat(transfers).hasValue(1);
    } finally {
      goOn.countDown();
      CodeInjectionForTesting.remove(INSTALL_SNAPSHOT);
    }
  }

  private static void putMuchAndTakeCheckpoint(ToyServer leader, String value) throws Exception {
    for (int i = 0; i < VALUES; i++) {
      leader.put(value + i);
    }
    leader.takeCheckpoint();
  }

  private static void awaitOrFail(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Checks what RatisBridge relies on: pause is called on other threads than apply, and possibly
   * several times, so the state must stay usable; restore is called once, on the apply thread.
   */
  private static void assertCallsOfAnInstall(List<String> calls) {
    List<String> own =
        calls.stream().filter(call -> !call.startsWith("notifyConfigurationChanged")).toList();
    int last = own.size() - 1;
    assertThat(own.subList(0, last))
        .hasSizeGreaterThan(1)
        .allMatch(call -> call.startsWith("pause in raft-call"));
    assertThat(own.get(last)).startsWith("reinitialize").endsWith("StateMachineUpdater");
  }

  private static List<Path> leftovers(Path data) throws Exception {
    try (Stream<Path> files = Files.list(data)) {
      List<Path> former =
          files.filter(file -> file.getFileName().toString().startsWith("ckpt.tmp")).toList();
      try (Stream<Path> receiving = Files.list(data.resolve("ckpt-tmp"))) {
        return Stream.concat(former.stream(), receiving).toList();
      }
    }
  }

  private static long startIndex(ToyServer server) {
    try {
      return server.division().getRaftLog().getStartIndex();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void purgeAtOnce(RaftProperties properties) {
    Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("1KB"));
    Log.setPreallocatedSize(properties, SizeInBytes.valueOf("512B"));
    Log.setPurgePreservationLogNum(properties, 0);
    Log.setPurgeGap(properties, 1);
    // The leader sends the next part when it has a reply, which a test may delay.
    GrpcConfigKeys.Server.setInstallSnapshotRequestElementLimit(properties, 1);
    GrpcConfigKeys.Server.setInstallSnapshotRequestTimeout(
        properties, TimeDuration.valueOf(1, TimeUnit.MINUTES));
  }
}
