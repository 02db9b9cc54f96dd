package io.metastore.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.metastore.bench.load.LoadSpec;
import io.metastore.bench.load.Transport;
import io.metastore.bench.load.WatchSpec;
import io.metastore.bench.load.Workload;
import io.metastore.bench.server.Access;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final LoadSpec LOAD =
      new LoadSpec(
          List.of(new Endpoint("localhost", 1)),
          LoadSpec.Target.ALL,
          Workload.PUT,
          1,
          1,
          1,
          Transport.LEAN,
          10,
          16,
          256,
          true,
          Duration.ZERO,
          Duration.ZERO,
          Long.MAX_VALUE,
          0,
          1,
          0.5,
          100,
          new WatchSpec(1, 1, 1, WatchSpec.Shape.DISTINCT),
          Access.OPEN);

  @Test
  void serversTakeTurnsInEachRowAndEachRoundBeginsWithAnother() {
    Plan plan =
        new Plan(
            List.of(server("a"), server("b")),
            List.of(1),
            List.of(Row.parse("put:2/1"), Row.parse("range:4/2")),
            2,
            Path.of("data"),
            LOAD);

    assertThat(plan.steps())
        .extracting(step -> step.round() + " " + step.work() + " " + step.server().name())
        .containsExactly(
            "1 put:2/1 a",
            "1 put:2/1 b",
            "1 range:4/2 a",
            "1 range:4/2 b",
            "2 put:2/1 b",
            "2 put:2/1 a",
            "2 range:4/2 b",
            "2 range:4/2 a");
  }

  @Test
  void aStepRunsItsRowAgainstTheStartedServers() {
    Plan plan =
        new Plan(
            List.of(server("a")),
            List.of(1),
            List.of(Row.parse("range:4/2")),
            1,
            Path.of(""),
            LOAD);
    List<Endpoint> started = List.of(new Endpoint("127.0.0.1", 7));

    LoadSpec run = plan.run(plan.rows().get(0), started);

    assertThat(run.endpoints()).isEqualTo(started);
    assertThat(run.workload()).isEqualTo(Workload.RANGE);
    assertThat(run.clients()).isEqualTo(4);
    assertThat(run.connections()).isEqualTo(2);
    assertThat(run.valueBytes()).isEqualTo(256);
  }

  @Test
  void aRowHasWorkloadClientsAndConnections() {
    for (String text : List.of("put", "put:1", "fly:1/1", "put:1/1/1", "put:a/b")) {
      assertThatIllegalArgumentException().isThrownBy(() -> Row.parse(text));
    }
  }

  private static ServerCommand server(String name) {
    return new ServerCommand(name, List.of("etcd"));
  }
}
