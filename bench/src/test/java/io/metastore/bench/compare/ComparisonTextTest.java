package io.metastore.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.report.Latency;
import io.metastore.bench.report.Result;
import io.metastore.bench.report.Usage;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ComparisonTextTest {

  @Test
  void figuresAreMediansAndRatiosCompareMedians() {
    List<Cell> cells =
        List.of(
            cell("ours", 1, 1, 3000, 2000),
            cell("ours", 1, 2, 9000, 3000),
            cell("ours", 1, 3, 4000, 4000),
            cell("theirs", 1, 1, 1000, 6000),
            cell("theirs", 1, 2, 2000, 6000),
            cell("theirs", 1, 3, 2500, 6000));

    assertThat(ComparisonText.format(cells, List.of("ours", "theirs")))
        .isEqualTo(
            """
            one member                  ours  theirs  ours/theirs
            put:8/2  op/s              4,000   2,000         2.00
            put:8/2  p50 ms             1.00    1.00         1.00
            put:8/2  p99 ms             3.00    6.00         0.50
            put:8/2  server CPU us/op   10.0    10.0         1.00
            put:8/2  client CPU us/op    5.0     5.0         1.00
            put:8/2  peak RSS MiB         20      20         1.00
            put:8/2  other CPUs busy    0.25    0.25         1.00
            start to serving s          0.50    0.50         1.00
            """);
  }

  @Test
  void everyClusterSizeHasItsOwnTable() {
    List<Cell> cells = List.of(cell("ours", 1, 1, 10, 10), cell("ours", 3, 1, 5, 10));

    assertThat(ComparisonText.format(cells, List.of("ours")))
        .containsSubsequence("one member", "put:8/2  op/s", " 10\n", "3 members", " 5\n");
  }

  private static Cell cell(
      String server, int members, int round, double operationsPerSecond, double p99Micros) {
    return new Cell(
        server,
        members,
        "put:8/2",
        round,
        0.5,
        new Result(
            "put",
            List.of("127.0.0.1:1"),
            8,
            2,
            100,
            16,
            256,
            1.0,
            (long) operationsPerSecond,
            operationsPerSecond,
            new Latency(1000, 1000, p99Micros, p99Micros, p99Micros),
            new TreeMap<>(),
            5.0,
            new Usage(1.0, 10.0, List.of(10L << 20, 20L << 20), 0.25),
            null));
  }
}
