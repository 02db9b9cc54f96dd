package io.metastore.bench.range;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryTextTest {

  @Test
  void figuresNotMeasuredAreDashes() {
    assertThat(
            MemoryText.format(
                List.of(
                    new MemoryLine(
                        "ours", "read", 2.0, 500_000.0, 130.4, 50L << 20, 200L << 20, 220L << 20),
                    new MemoryLine("theirs", "idle", null, null, null, null, 9L << 20, 9L << 20))))
        .isEqualTo(
            """
            server, phase    s   keys/s  MiB/s  live heap MiB  RSS MiB  peak RSS MiB
            ours: read     2.0  500,000    130             50      200           220
            theirs: idle     -        -      -              -        9             9
            """);
  }
}
