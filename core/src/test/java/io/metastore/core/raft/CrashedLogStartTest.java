package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.util.SizeInBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts real servers on logs left by a crash, with and without {@link RaftLogRepair}. */
class CrashedLogStartTest {

  @Test
  void startsOnlyAfterRepairAndKeepsEveryCompleteEntry(@TempDir Path data) throws Exception {
    List<RaftPeer> peers = ToyServer.peers(1);
    RaftPeer self = peers.get(0);
    try (ToyServer server = ToyServer.start(data, self, peers, properties -> {})) {
      server.machine().await(server::leads, "leader");
      server.put("a");
      server.put("b");
      server.put("torn");
    }
    tearLastEntry(segment(data));

    assertThatThrownBy(() -> ToyServer.start(data, self, peers, properties -> {}))
        .as("if this starts, Ratis learned to repair and RaftLogRepair can go")
        .hasStackTraceContaining("ChecksumException");

    RaftLogRepair.Repair repair =
        RaftLogRepair.repair(segment(data).resolveSibling("."), -1, false);
    assertThat(repair.changed()).isTrue();
    try (ToyServer server = ToyServer.start(data, self, peers, properties -> {})) {
      server.machine().await(server::leads, "leader");
      server.put("c");
      assertThat(server.machine().values()).containsExactly("a", "b", "c");
    }
  }

  @Test
  void startsOnlyAfterAnInterruptedPurgeWasCompleted(@TempDir Path data) throws Exception {
    List<RaftPeer> peers = ToyServer.peers(1);
    RaftPeer self = peers.get(0);
    List<String> values = new ArrayList<>();
    try (ToyServer server =
        ToyServer.start(data, self, peers, CrashedLogStartTest::smallSegments)) {
      server.machine().await(server::leads, "leader");
      for (int i = 0; i < 60; i++) {
        values.add("value " + i);
        server.put("value " + i);
      }
      server.takeCheckpoint();
    }
    deleteNewestFinishedButOne(segment(data).resolveSibling("."));

    assertThatThrownBy(() -> ToyServer.start(data, self, peers, CrashedLogStartTest::smallSegments))
        .as("if this starts, Ratis purges in the right order and the repair can go")
        .hasStackTraceContaining("Found a gap between logs");

    CheckpointStorage checkpoints = new CheckpointStorage(data.resolve("ckpt"), index -> false);
    checkpoints.open();
    RaftLogRepair.Repair repair =
        RaftLogRepair.repair(segment(data).resolveSibling("."), checkpoints.newestIndex(), false);
    assertThat(repair.purged()).isPositive();
    try (ToyServer server =
        ToyServer.start(data, self, peers, CrashedLogStartTest::smallSegments)) {
      server.machine().await(server::leads, "leader");
      server.put("after");
      values.add("after");
      assertThat(server.machine().values()).isEqualTo(values);
    }
  }

  private static void smallSegments(RaftProperties properties) {
    Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("512B"));
    Log.setPreallocatedSize(properties, SizeInBytes.valueOf("256B"));
    Log.setPurgeGap(properties, 1000); // the test purges the log itself
  }

  /**
   * Simulates a crash while Ratis purges all but the newest finished segment, after it has deleted
   * the first one.
   */
  private static void deleteNewestFinishedButOne(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> finished =
          files
              .filter(file -> file.getFileName().toString().matches("log_\\d+-\\d+"))
              .sorted(Comparator.comparingLong(CrashedLogStartTest::firstIndex))
              .toList();
      assertThat(finished).hasSizeGreaterThan(3);
      Files.delete(finished.get(finished.size() - 2));
    }
  }

  private static long firstIndex(Path segment) {
    String name = segment.getFileName().toString();
    return Long.parseLong(name.substring("log_".length(), name.indexOf('-')));
  }

  private static Path segment(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("log_inprogress_"))
          .findAny()
          .orElseThrow();
    }
  }

  /** A clean stop removes preallocated space; after a crash it would still be there. */
  private static void tearLastEntry(Path segment) throws IOException {
    byte[] bytes = Files.readAllBytes(segment);
    byte[] torn = Arrays.copyOf(bytes, bytes.length + 4096);
    Arrays.fill(torn, bytes.length - 7, bytes.length, (byte) 0);
    Files.write(segment, torn);
  }
}
