package io.metastore.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZooKeeperServerTest {
  @TempDir Path directory = Path.of("");

  @Test
  void threeServersFormACluster() {
    try (Cluster cluster = Cluster.start(new ZooKeeperServer(), 3, directory)) {
      assertThat(cluster.endpoints())
          .extracting(member -> ZooKeeperServer.counters(member).get("Mode"))
          .containsExactlyInAnyOrder("leader", "follower", "follower");
    }
  }
}
