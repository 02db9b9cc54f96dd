package io.metastore.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.compat.process.ClusterProcesses;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Members find each other by multicast on the loopback interface. */
class MulticastTest {

  @Test
  void membersFindEachOtherOnceAndThenRestartAsACluster() throws Exception {
    try (ClusterProcesses cluster = ClusterProcesses.discovering(getClass(), 3, flags(3))) {
      cluster.awaitReady();
      List<Long> ids = ids(cluster);
      assertThat(ids).doesNotHaveDuplicates();
      cluster.killAll();
      cluster.startAll();
      assertThat(ids(cluster)).isEqualTo(ids);
    }
  }

  private static List<Long> ids(ClusterProcesses cluster) {
    return cluster.members().stream()
        .map(member -> member.status().getHeader().getMemberId())
        .toList();
  }

  /** The flags, with a multicast group that only this test uses. */
  private static String[] flags(int size) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new String[] {
      "--multicast-size=" + size,
      "--multicast-interface=lo",
      "--multicast-group=239.77.%d.%d:%d"
          .formatted(random.nextInt(1, 255), random.nextInt(1, 255), random.nextInt(12_000, 32_000))
    };
  }
}
