package io.metastore.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.faults.Fault;
import io.metastore.bench.faults.FaultRun;
import io.metastore.bench.faults.RunReport;
import io.metastore.bench.faults.RunSettings;
import io.metastore.bench.server.ServerCommand;
import io.metastore.compat.process.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks the guarantees of {@code docs/guarantees.md} under faults: short runs of {@code
 * bench/faults}.
 *
 * <p>{@code -Dseed=…} repeats the choices of a run (their effects also depend on the machine),
 * {@code -Dseeds=…} makes more runs, {@code -Dfaults.seconds=…} makes them longer.
 */
@EnabledOnOs(OS.LINUX)
class FaultRunTest {
  private static final int MIN_CALLS = 100;

  static LongStream seeds() {
    return Seeds.some(Integer.getInteger("seeds", 1));
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void observationsOfAllClientsOfThreeMembersAreRight(long seed) throws Exception {
    List<Fault> mix =
        List.of(
            Fault.KILL,
            Fault.KILL_ALL,
            Fault.PAUSE,
            Fault.TORN_WRITE,
            Fault.REPLACE,
            Fault.CUT,
            Fault.CUT_ONE_WAY,
            Fault.LOSSY,
            Fault.LAG,
            Fault.CLIENT_LINKS,
            Fault.TRANSFER,
            Fault.COMPACT,
            Fault.DEFRAGMENT,
            Fault.SNAPSHOT,
            Fault.RESTORE);
    Duration time = Duration.ofSeconds(Integer.getInteger("faults.seconds", 15));
    RunReport report = run(new RunSettings(seed, 3, time, time, mix, 6, 8, 4));
    assertThat(report.violations()).as("%s", report).isEmpty();
    assertThat(report.done().get("etcd calls")).as("%s", report).isGreaterThan(MIN_CALLS);
    assertThat(report.done().get("native locks held")).as("%s", report).isPositive();
    assertThat(report.done().get("zookeeper answers")).as("%s", report).isGreaterThan(MIN_CALLS);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void observationsOfAllClientsOfOneMemberAreRight(long seed) throws Exception {
    // The restart after a kill may take seconds.
    Duration time = Duration.ofSeconds(10);
    RunReport report =
        run(new RunSettings(seed, 1, time, time, List.of(Fault.KILL, Fault.TORN_WRITE), 6, 0, 3));
    assertThat(report.violations()).as("%s", report).isEmpty();
    assertThat(report.done().get("etcd calls")).as("%s", report).isGreaterThan(MIN_CALLS);
  }

  private static RunReport run(RunSettings settings) throws Exception {
    Path directory = Path.of(System.getProperty("java.io.tmpdir"), "fault-runs");
    Path scratch = Files.createDirectories(directory.resolve("tmp"));
    ServerCommand server =
        new ServerCommand("metastore", ServerProcess.command(scratch, List.of()));
    List<String> etcdutl = ServerProcess.program("etcdutl", scratch, List.of());
    return new FaultRun(settings, server, etcdutl, directory, line -> {}).run();
  }
}
