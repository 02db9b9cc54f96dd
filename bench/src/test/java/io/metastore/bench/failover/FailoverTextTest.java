package io.metastore.bench.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FailoverTextTest {
  @Test
  void aLineForEachFaultHasMediansAndMaxima() {
    FailoverResult result =
        new FailoverResult(
            "metastore",
            Fault.CUT_TO_LEADER,
            List.of(1500L, 2900L, 1300L),
            List.of(1600L, 3000L, 1400L),
            List.of());

    assertThat(FailoverText.format(List.of(result)))
        .isEqualTo(
            """
            leader            server  tries  put median  put max  lock median  lock max  own lock median  own lock max
            cut-to-leader  metastore      3        1500     2900         1600      3000                -             -
            """);
  }
}
