package io.metastore.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTableTest {

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    String table =
        new TextTable().row("work", "one", "another").row("put", "12,345", "1").row("x").format();

    assertThat(table)
        .isEqualTo(
            """
            work     one  another
            put   12,345        1
            x
            """);
  }
}
