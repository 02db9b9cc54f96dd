package io.metastore.bench;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.metastore.bench.compare.Plan;
import io.metastore.bench.compare.Row;
import io.metastore.bench.load.LoadSpec;
import io.metastore.bench.load.LoadSpec.Target;
import io.metastore.bench.load.Transport;
import io.metastore.bench.load.WatchSpec;
import io.metastore.bench.load.Workload;
import io.metastore.bench.server.Access;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ServerCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

  @Test
  void runHasDefaultsForAllOptionsExceptTheWorkload() {
    LoadSpec spec = run("run", "put");

    assertThat(spec.workload()).isEqualTo(Workload.PUT);
    assertThat(spec.endpoints()).containsExactly(new Endpoint("127.0.0.1", 2379));
    assertThat(spec.target()).isEqualTo(Target.ALL);
    assertThat(spec.clients()).isEqualTo(64);
    assertThat(spec.connections()).isEqualTo(64);
    assertThat(spec.valueBytes()).isEqualTo(256);
    assertThat(spec.fill()).isTrue();
    assertThat(spec.warmUp()).isEqualTo(Duration.ofSeconds(15));
    assertThat(spec.total()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void runAcceptsEveryOption() {
    LoadSpec spec =
        run(
            ("run watch --endpoints a:1,http://b:2 --clients 1000 --connections 10 --keys 7"
                    + " --key-size 20 --value-size 8 --skip-fill --warm-up 500ms --duration 2m"
                    + " --target leader --event-loops 2 --transport grpc --seed 9 --read-share 0.25 --batch 5"
                    + " --watchers 50 --matching 3 --watch-streams 4 --watch-shape prefix"
                    + " --total 123 --rate 400")
                .split(" ", -1));

    assertThat(spec)
        .isEqualTo(
            new LoadSpec(
                List.of(new Endpoint("a", 1), new Endpoint("b", 2)),
                Target.LEADER,
                Workload.WATCH,
                1000,
                10,
                2,
                Transport.GRPC,
                7,
                20,
                8,
                false,
                Duration.ofMillis(500),
                Duration.ofMinutes(2),
                123,
                400,
                9,
                0.25,
                5,
                new WatchSpec(50, 3, 4, WatchSpec.Shape.PREFIX),
                Access.OPEN));
  }

  @Test
  void aThousandClientsShareAHundredConnectionsByDefault() {
    assertThat(run("run", "put", "--clients", "1000").connections()).isEqualTo(100);
  }

  @Test
  void invalidNumbersAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> run("run", "fly"));
    assertThatIllegalArgumentException().isThrownBy(() -> run("run", "put", "--clients=0"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run("run", "put", "--clients=2", "--connections=3"));
    assertThatIllegalArgumentException().isThrownBy(() -> run("run", "watch", "--value-size=7"));
    assertThatIllegalArgumentException().isThrownBy(() -> run("run", "watch", "--matching=1001"));
    assertThatIllegalArgumentException().isThrownBy(() -> DurationText.parse("15"));
  }

  @Test
  void unknownOptionPrintsTheUsageAndInvalidValuePrintsOneLine() {
    assertThat(errorsOf(2, "run", "put", "--no-such-option")).contains("Usage: bench run");
    assertThat(errorsOf(1, "run", "fly")).startsWith("unknown workload 'fly'").hasLineCount(1);
  }

  @Test
  void compareParsesServersSizesAndRows() {
    Object command =
        parsed(
            "compare",
            "--server",
            "ours=bin/etcd",
            "--server",
            "theirs=etcd --x",
            "--members",
            "3",
            "--row",
            "put:8/2,range-serializable:1/1@50",
            "--rounds",
            "2",
            "--directory",
            "data");
    Plan plan = ((CompareCommand) command).plan();

    assertThat(plan.servers())
        .containsExactly(
            new ServerCommand("ours", List.of("bin/etcd")),
            new ServerCommand("theirs", List.of("etcd", "--x")));
    assertThat(plan.sizes()).containsExactly(3);
    assertThat(plan.rows())
        .containsExactly(
            new Row(Workload.PUT, 8, 2, 0), new Row(Workload.RANGE_SERIALIZABLE, 1, 1, 50));
    assertThat(plan.rounds()).isEqualTo(2);
    assertThat(plan.directory()).isEqualTo(Path.of("data"));
  }

  private static LoadSpec run(String... arguments) {
    return ((RunCommand) parsed(arguments)).spec();
  }

  private static Object parsed(String... arguments) {
    return requireNonNull(Main.commandLine().parseArgs(arguments).subcommand())
        .commandSpec()
        .commandLine()
        .getCommand();
  }

  private static String errorsOf(int exitCode, String... arguments) {
    StringWriter errors = new StringWriter();
    assertThat(Main.commandLine().setErr(new PrintWriter(errors)).execute(arguments))
        .isEqualTo(exitCode);
    return errors.toString();
  }
}
