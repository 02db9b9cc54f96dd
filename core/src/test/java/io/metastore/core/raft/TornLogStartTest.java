package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a torn last entry does to a real server, without and with {@link RaftLogRepair}. */
class TornLogStartTest {

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

    RaftLogRepair.Repair repair = RaftLogRepair.repair(segment(data).resolveSibling("."), -1);
    assertThat(repair.changed()).isTrue();
    try (ToyServer server = ToyServer.start(data, self, peers, properties -> {})) {
      server.machine().await(server::leads, "leader");
      server.put("c");
      assertThat(server.machine().values()).containsExactly("a", "b", "c");
    }
  }

  private static Path segment(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("log_inprogress_"))
          .findAny()
          .orElseThrow();
    }
  }

  /** A clean stop cuts off the allocated space; a crash would have left it. */
  private static void tearLastEntry(Path segment) throws IOException {
    byte[] bytes = Files.readAllBytes(segment);
    byte[] torn = Arrays.copyOf(bytes, bytes.length + 4096);
    Arrays.fill(torn, bytes.length - 7, bytes.length, (byte) 0);
    Files.write(segment, torn);
  }
}
