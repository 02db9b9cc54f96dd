package io.metastore.bench.compare;

import static io.metastore.bench.report.FigureTable.digits;

import io.metastore.bench.report.FigureTable;
import io.metastore.bench.report.ResultText;
import io.metastore.bench.report.Usage;
import java.util.List;

/**
 * Formats a comparison as tables, one for each cluster size.
 *
 * <p>Every figure is the median of the rounds. Ratios are the first server's median divided by that
 * of another server.
 */
public final class ComparisonText {
  private ComparisonText() {}

  /**
   * The tables. {@code servers} sets the order of columns; the first is compared with each other
   * server.
   */
  public static String format(List<Cell> cells, List<String> servers) {
    return FigureTable.forEachSize(
        cells,
        Cell::members,
        Cell::server,
        servers,
        servers.subList(1, servers.size()),
        ComparisonText::fill);
  }

  private static void fill(FigureTable<Cell> table, List<Cell> cells) {
    for (String row : cells.stream().map(Cell::row).distinct().toList()) {
      List<Cell> ofRow = cells.stream().filter(cell -> cell.row().equals(row)).toList();
      table.figure(row + "  op/s", ofRow, c -> c.result().operationsPerSecond(), digits("%,.0f"));
      table.figure(
          row + "  p50 ms", ofRow, c -> c.result().latency().p50Micros(), ResultText::millis);
      table.figure(
          row + "  p99 ms", ofRow, c -> c.result().latency().p99Micros(), ResultText::millis);
      table.figure(row + "  server CPU us/op", ofRow, ComparisonText::cpuMicros, digits("%.1f"));
      table.figure(
          row + "  client CPU us/op",
          ofRow,
          c -> c.result().clientCpuMicrosPerOperation(),
          digits("%.1f"));
      table.figure(
          row + "  peak RSS MiB", ofRow, ComparisonText::peakRssBytes, FigureTable::mebibytes);
      table.figure(row + "  other CPUs busy", ofRow, ComparisonText::otherCpus, digits("%.2f"));
      if (ofRow.stream().anyMatch(c -> errors(c) > 0)) {
        table.figure(row + "  errors", ofRow, ComparisonText::errors, digits("%,.0f"));
      }
    }
    table.figure("start to serving s", cells, Cell::startSeconds, digits("%.2f"));
  }

  private static double cpuMicros(Cell cell) {
    Usage usage = cell.result().server();
    return usage == null ? 0 : usage.cpuMicrosPerOperation();
  }

  private static double otherCpus(Cell cell) {
    Usage usage = cell.result().server();
    return usage == null ? 0 : usage.otherCpuCores();
  }

  /** The value of the largest member, which is what every machine of the cluster must have. */
  private static double peakRssBytes(Cell cell) {
    Usage usage = cell.result().server();
    return usage == null ? 0 : usage.largestPeakRssBytes();
  }

  private static double errors(Cell cell) {
    return cell.result().errors().values().stream().mapToLong(Long::longValue).sum();
  }
}
