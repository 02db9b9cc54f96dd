package io.metastore.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Processes are killed under load, at times that follow from the seed, and restarted with their
 * data.
 */
class CrashTest {
  private static final int ROUNDS = 3;
  private static final int CLIENTS = 12;

  /** The maximum number of puts between a start and the next crash. */
  private static final int PUTS_MAX = 1500;

  static LongStream seeds() {
    return Seeds.some(1);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void singleMemberRestartsWithEverythingItAcknowledged(long seed) throws Exception {
    try (ClusterProcesses cluster = ClusterProcesses.one(CrashTest.class)) {
      crashAgainAndAgain(cluster, new Random(seed));
    }
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void threeMembersKilledTogetherRestartWithEverythingTheyAcknowledged(long seed) throws Exception {
    try (ClusterProcesses cluster = ClusterProcesses.three(CrashTest.class)) {
      crashAgainAndAgain(cluster, new Random(seed));
    }
  }

  private static void crashAgainAndAgain(ClusterProcesses cluster, Random random) throws Exception {
    try (WriteLoad load = WriteLoad.start(cluster.members(), "crash/", CLIENTS)) {
      for (int round = 0; round < ROUNDS; round++) {
        load.awaitMore(1 + random.nextInt(PUTS_MAX));
        cluster.killAll();
        cluster.startAll();
      }
      load.awaitMore(1);
      load.stop();
      assertMembersAgreeWith(load, cluster.members());
    }
  }

  private static void assertMembersAgreeWith(WriteLoad load, List<ServerProcess> members)
      throws InterruptedException {
    History first = History.of(members.get(0), "crash/");
    first.assertAgreesWith(load);
    for (ServerProcess member : members.subList(1, members.size())) {
      assertThat(History.of(member, "crash/").puts()).isEqualTo(first.puts());
    }
  }
}
