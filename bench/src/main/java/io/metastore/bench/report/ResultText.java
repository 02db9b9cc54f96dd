package io.metastore.bench.report;

import java.util.Locale;
import java.util.stream.Collectors;

/** Formats a result as a table. */
public final class ResultText {
  private static final double MEBIBYTE = 1 << 20;

  private ResultText() {}

  /** The table, several lines. */
  public static String format(Result result) {
    TextTable table =
        new TextTable()
            .row("workload", result.workload())
            .row("endpoints", String.join(",", result.endpoints()))
            .row("clients / connections", result.clients() + " / " + result.connections())
            .row(
                "keys / key / value bytes",
                result.keys() + " / " + result.keyBytes() + " / " + result.valueBytes())
            .row("measured s", number("%.1f", result.seconds()))
            .row("operations", number("%,d", result.operations()))
            .row("operations/s", number("%,.0f", result.operationsPerSecond()));
    latency(table, "", result.latency());
    table.row("errors", errors(result));
    Usage server = result.server();
    if (server != null) {
      table
          .row("server CPU s", number("%.2f", server.cpuSeconds()))
          .row("server CPU us/operation", number("%.1f", server.cpuMicrosPerOperation()))
          .row(
              "server peak RSS MiB",
              server.peakRssBytes().stream()
                  .map(ResultText::mebibytes)
                  .collect(Collectors.joining(" ")))
          .row("CPUs busy with other things", number("%.2f", server.otherCpuCores()));
    }
    table.row("client CPU us/operation", number("%.1f", result.clientCpuMicrosPerOperation()));
    Deliveries deliveries = result.deliveries();
    if (deliveries != null) {
      table
          .row("watchers / matching", deliveries.watchers() + " / " + deliveries.matching())
          .row(
              "events received / expected",
              number("%,d", deliveries.received()) + " / " + number("%,d", deliveries.expected()));
      latency(table, "delivery ", deliveries.latency());
    }
    return table.format();
  }

  /** Bytes as whole mebibytes. */
  public static String mebibytes(long bytes) {
    return number("%.0f", bytes / MEBIBYTE);
  }

  /** Microseconds as milliseconds, with a suitable number of digits. */
  public static String millis(double micros) {
    return number(micros < 10_000 ? "%.2f" : "%.1f", micros / 1e3);
  }

  private static void latency(TextTable table, String what, Latency latency) {
    table
        .row(what + "mean ms", millis(latency.meanMicros()))
        .row(what + "p50 ms", millis(latency.p50Micros()))
        .row(what + "p99 ms", millis(latency.p99Micros()))
        .row(what + "p999 ms", millis(latency.p999Micros()))
        .row(what + "max ms", millis(latency.maxMicros()));
  }

  private static String errors(Result result) {
    return result.errors().isEmpty()
        ? "none"
        : result.errors().entrySet().stream()
            .map(error -> error.getKey() + " " + error.getValue())
            .collect(Collectors.joining(", "));
  }

  private static String number(String format, Object number) {
    return String.format(Locale.ROOT, format, number);
  }
}
