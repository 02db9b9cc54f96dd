package io.metastore.bench.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.report.Latency;
import io.metastore.bench.report.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LockTextTest {

  @Test
  void servicesAreColumnsAndUnknownFiguresAreDashes() {
    List<LockResult> results =
        List.of(result("ours", "contended:64/64", 2.0), result("theirs", "contended:64/64", null));

    assertThat(LockText.format(results, List.of("ours", "theirs")))
        .isEqualTo(
            """
            one member                                 ours  theirs
            contended:64/64  hand-overs/s             1,000   1,000
            contended:64/64  release to grant p50 ms   1.00    1.00
            contended:64/64  release to grant p99 ms   2.00    2.00
            contended:64/64  release p50 ms            0.50    0.50
            contended:64/64  server CPU us              100     100
            contended:64/64  changes                   2.00    2.00
            contended:64/64  log entries               1.50    1.50
            contended:64/64  messages to clients       2.00       -
            contended:64/64  fewest/most by one        0.75    0.75
            contended:64/64  peak RSS MiB                20      20
            contended:64/64  client CPU us               30      30
            contended:64/64  other CPUs busy           0.25    0.25
            """);
  }

  private static LockResult result(String service, String work, @Nullable Double messages) {
    return new LockResult(
        service,
        1,
        work,
        1,
        10_000,
        1_000,
        new Latency(1_000, 1_000, 2_000, 3_000, 4_000),
        new Latency(500, 500, 600, 700, 800),
        15,
        20,
        2,
        1.5,
        messages,
        30,
        new Usage(1.0, 100, List.of(10L << 20, 20L << 20), 0.25));
  }
}
