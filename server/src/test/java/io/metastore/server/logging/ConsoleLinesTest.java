package io.metastore.server.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class ConsoleLinesTest {

  @Test
  void lineEqualsEtcdsByteForByte() {
    assertThat(
            line(
                null,
                new KeyValuePair("name", "m1"),
                new KeyValuePair("count", 7L),
                new KeyValuePair("urls", List.of("a", "b"))))
        .isEqualTo(
            "2026-11-23T04:05:06.000789Z\tinfo\tnode/Node\tready"
                + "\t{\"name\": \"m1\", \"count\": 7, \"urls\": [\"a\", \"b\"]}\n");
  }

  @Test
  void withoutKeyValuesTheLineEndsWithTheMessage() {
    assertThat(line(null)).isEqualTo("2026-11-23T04:05:06.000789Z\tinfo\tnode/Node\tready\n");
  }

  @Test
  void stackTraceFollowsTheLine() {
    String text = line(new IllegalStateException("broken"));
    assertThat(text.lines().findFirst())
        .hasValue(
            "2026-11-23T04:05:06.000789Z\tinfo\tnode/Node\tready"
                + "\t{\"error\": \"java.lang.IllegalStateException: broken\"}");
    assertThat(text).contains("at io.metastore.server.logging.ConsoleLinesTest");
  }

  private static String line(@Nullable Throwable throwable, KeyValuePair... facts) {
    LoggerContext context = new LoggerContext();
    LoggingEvent event =
        new LoggingEvent(
            "",
            context.getLogger("io.metastore.core.node.Node"),
            Level.INFO,
            "ready",
            throwable,
            null);
    event.setInstant(Instant.parse("2026-11-23T04:05:06.000789Z"));
    if (facts.length > 0) {
      event.setKeyValuePairs(List.of(facts));
    }
    return new String(new ConsoleLines().encode(event), UTF_8);
  }
}
