package io.metastore.server.command;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Log lines in the format of etcd's offline programs, for scripts that wait for them. */
final class ZapLine {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private ZapLine() {}

  /**
   * A line of the level {@code info}.
   *
   * @param caller as etcd names the place in its code, without a line number
   * @param fields values are texts, numbers, booleans, or lists of them
   */
  static String info(String caller, String message, Map<String, ?> fields) {
    return String.join(
        "\t",
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        "info",
        caller,
        message,
        fields.entrySet().stream()
            .map(field -> text(field.getKey()) + ": " + text(field.getValue()))
            .collect(Collectors.joining(", ", "{", "}")));
  }

  private static String text(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(ZapLine::text).collect(Collectors.joining(", ", "[", "]"))
        : GSON.toJson(value);
  }
}
