package io.metastore.server.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class JsonLinesTest {

  @Test
  void lineEqualsEtcdsByteForByte() {
    assertThat(
            line(
                Level.INFO,
                "starting an etcd server",
                null,
                new KeyValuePair("name", "m1"),
                new KeyValuePair("count", 7L),
                new KeyValuePair("alone", true),
                new KeyValuePair("urls", List.of("a", "b")),
                new KeyValuePair("none", List.of()),
                new KeyValuePair("path", Path.of("/a/b"))))
        .isEqualTo(
            "{\"level\":\"info\",\"ts\":\"2026-11-23T04:05:06.000789Z\",\"caller\":\"node/Node\","
                + "\"msg\":\"starting an etcd server\",\"name\":\"m1\",\"count\":7,\"alone\":true,"
                + "\"urls\":[\"a\",\"b\"],\"none\":[],"
                + "\"path\":\"/a/b\"}\n");
  }

  @Test
  void anyTextIsReadBackUnchanged() {
    String text = "say \"x\" \\ \n\r\t\u0001\u001f é 漢 \ud83d\ude00";
    JsonObject json = parse(line(Level.WARN, text, null, new KeyValuePair(text, text)));
    assertThat(json.get("msg").getAsString()).isEqualTo(text);
    assertThat(json.get(text).getAsString()).isEqualTo(text);
    assertThat(json.get("level").getAsString()).isEqualTo("warn");
  }

  @Test
  void exceptionIsPartOfTheLine() {
    Throwable failure = new IllegalStateException("broken", new RuntimeException("root"));
    String line = line(Level.ERROR, "cannot go on", failure);
    assertThat(line.lines()).hasSize(1);
    JsonObject json = parse(line);
    assertThat(json.get("error").getAsString())
        .isEqualTo("java.lang.IllegalStateException: broken");
    assertThat(json.get("stacktrace").getAsString()).contains("JsonLinesTest", "root");
  }

  @Test
  void errorsOfRatisBecomeWarnings() {
    assertThat(line("org.apache.ratis.server.RaftServer", Level.ERROR, "stream ended", null))
        .startsWith("{\"level\":\"warn\",");
    assertThat(line("io.metastore.core.raft.RaftNode", Level.ERROR, "no disk", null))
        .startsWith("{\"level\":\"error\",");
  }

  private static JsonObject parse(String line) {
    return JsonParser.parseString(line).getAsJsonObject();
  }

  private static String line(
      Level level, String message, @Nullable Throwable failure, KeyValuePair... facts) {
    return line("io.metastore.core.node.Node", level, message, failure, facts);
  }

  private static String line(
      String logger,
      Level level,
      String message,
      @Nullable Throwable failure,
      KeyValuePair... facts) {
    LoggingEvent event =
        new LoggingEvent(
            JsonLinesTest.class.getName(),
            new LoggerContext().getLogger(logger),
            level,
            message,
            failure,
            null);
    event.setInstant(Instant.parse("2026-11-23T04:05:06.000789999Z"));
    event.setKeyValuePairs(List.of(facts));
    JsonLines encoder = new JsonLines();
    encoder.start();
    return new String(encoder.encode(event), UTF_8);
  }
}
