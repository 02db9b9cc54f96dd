package io.metastore.bench.znode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.metastore.bench.compare.Cell;
import io.metastore.bench.compare.Turn;
import io.metastore.bench.server.ServerKind;
import io.metastore.bench.server.ZooKeeperServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZnodeComparisonTest {
  @TempDir Path directory = Path.of("");

  @Test
  void everyKindOfWorkIsDoneWithoutErrors() throws InterruptedException {
    List<ZnodeWork> works =
        Arrays.stream(ZnodeWork.Kind.values()).map(kind -> new ZnodeWork(kind, 2, 2)).toList();

    List<Cell> cells =
        new ZnodeComparison(
                new ZnodePlan(
                    List.of(new ZooKeeperServer()),
                    List.of(1),
                    works,
                    1,
                    Duration.ZERO,
                    Duration.ofSeconds(2),
                    10,
                    16,
                    directory),
                line -> {})
            .run();

    assertThat(cells)
        .extracting(Cell::row)
        .containsExactly("set-data:2/2", "create:2/2", "get-data:2/2", "session:2/2");
    assertThat(cells).allMatch(cell -> cell.result().operations() > 0);
    assertThat(cells).allMatch(cell -> cell.result().errors().isEmpty());
  }

  @Test
  void everyScaleCaseHasItsFigures() throws InterruptedException {
    List<ScaleCase> cases =
        Stream.of("idle:3", "watches:200/200", "watches:3/1", "children:10", "restart:10")
            .map(ScaleCase::parse)
            .toList();

    List<ScaleResult> results =
        new ScaleComparison(
                Turn.all(List.<ServerKind>of(new ZooKeeperServer()), List.of(1), cases, 1),
                Duration.ZERO,
                16,
                directory,
                line -> {})
            .run();

    assertThat(results)
        .extracting(ScaleResult::work)
        .containsExactlyElementsOf(cases.stream().map(ScaleCase::toString).toList());
    assertThat(results.get(0).figures()).containsEntry("log entries", 0.0);
    assertThat(results.get(2).figures()).containsKey("all fired after ms");
    assertThat(ScaleText.format(results, List.of("zookeeper")))
        .contains("restart:10  restart to serving s");
  }

  @Test
  void workAndCasesHaveANumberAndAKnownName() {
    for (String text : List.of("set-data", "set-data:1", "set-data:1/2", "fly:1/1")) {
      assertThatIllegalArgumentException().isThrownBy(() -> ZnodeWork.parse(text));
    }
    for (String text : List.of("idle", "idle:x", "fly:1", "watches:10/3")) {
      assertThatIllegalArgumentException().isThrownBy(() -> ScaleCase.parse(text));
    }
  }
}
