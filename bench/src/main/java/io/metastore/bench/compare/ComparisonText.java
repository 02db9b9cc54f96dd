package io.metastore.bench.compare;

import io.metastore.bench.report.ResultText;
import io.metastore.bench.report.TextTable;
import io.metastore.bench.report.Usage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A comparison as tables for people, one for each cluster size.
 *
 * <p>Every figure is the median of the rounds; ratios are the first server's median divided by
 * another's.
 */
public final class ComparisonText {
  private final List<Cell> cells;
  private final List<String> servers;

  private ComparisonText(List<Cell> cells, List<String> servers) {
    this.cells = cells;
    this.servers = servers;
  }

  /** The tables; {@code servers} gives the order of columns, the first being compared with each. */
  public static String format(List<Cell> cells, List<String> servers) {
    return cells.stream()
        .map(Cell::members)
        .distinct()
        .map(
            members ->
                new ComparisonText(
                        cells.stream().filter(cell -> cell.members() == members).toList(), servers)
                    .format(members))
        .collect(Collectors.joining("\n"));
  }

  private String format(int members) {
    TextTable table = new TextTable().row(header(members));
    for (String row : cells.stream().map(Cell::row).distinct().toList()) {
      List<Cell> ofRow = cells.stream().filter(cell -> cell.row().equals(row)).toList();
      figure(table, row + "  op/s", ofRow, c -> c.result().operationsPerSecond(), whole());
      figure(
          table,
          row + "  p50 ms",
          ofRow,
          c -> c.result().latency().p50Micros(),
          ResultText::millis);
      figure(
          table,
          row + "  p99 ms",
          ofRow,
          c -> c.result().latency().p99Micros(),
          ResultText::millis);
      figure(table, row + "  server CPU us/op", ofRow, ComparisonText::cpuMicros, format("%.1f"));
      figure(
          table,
          row + "  peak RSS MiB",
          ofRow,
          ComparisonText::peakRssBytes,
          ComparisonText::mebibytes);
      figure(table, row + "  other CPUs busy", ofRow, ComparisonText::otherCpus, format("%.2f"));
      if (ofRow.stream().anyMatch(c -> errors(c) > 0)) {
        figure(table, row + "  errors", ofRow, ComparisonText::errors, whole());
      }
    }
    figure(table, "start to serving s", cells, Cell::startSeconds, format("%.2f"));
    return table.format();
  }

  private List<String> header(int members) {
    List<String> header = new ArrayList<>();
    header.add(members == 1 ? "one member" : members + " members");
    header.addAll(servers);
    servers.stream().skip(1).forEach(other -> header.add(servers.get(0) + "/" + other));
    return header;
  }

  private void figure(
      TextTable table,
      String label,
      List<Cell> of,
      ToDoubleFunction<Cell> value,
      DoubleFunction<String> format) {
    double[] medians =
        servers.stream()
            .mapToDouble(
                server -> median(of.stream().filter(c -> c.server().equals(server)), value))
            .toArray();
    List<String> line = new ArrayList<>();
    line.add(label);
    Arrays.stream(medians).mapToObj(format).forEach(line::add);
    Arrays.stream(medians)
        .skip(1)
        .mapToObj(other -> other == 0 ? "-" : format("%.2f").apply(medians[0] / other))
        .forEach(line::add);
    table.row(line);
  }

  private static double median(Stream<Cell> cells, ToDoubleFunction<Cell> value) {
    double[] sorted = cells.mapToDouble(value).sorted().toArray();
    if (sorted.length == 0) {
      return 0;
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static double cpuMicros(Cell cell) {
    Usage usage = cell.result().server();
    return usage == null ? 0 : usage.cpuMicrosPerOperation();
  }

  private static double otherCpus(Cell cell) {
    Usage usage = cell.result().server();
    return usage == null ? 0 : usage.otherCpuCores();
  }

  /** Of the largest member: what every machine of the cluster must have. */
  private static double peakRssBytes(Cell cell) {
    Usage usage = cell.result().server();
    return usage == null ? 0 : usage.largestPeakRssBytes();
  }

  private static double errors(Cell cell) {
    return cell.result().errors().values().stream().mapToLong(Long::longValue).sum();
  }

  private static String mebibytes(double bytes) {
    return ResultText.mebibytes((long) bytes);
  }

  private static DoubleFunction<String> whole() {
    return format("%,.0f");
  }

  private static DoubleFunction<String> format(String format) {
    return value -> String.format(Locale.ROOT, format, value);
  }
}
