package io.metastore.bench.lock;

import static io.metastore.bench.report.FigureTable.digits;

import io.metastore.bench.report.FigureTable;
import io.metastore.bench.report.ResultText;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * Formats a comparison of lock services as tables, one for each cluster size. Every figure is the
 * median of the rounds.
 */
public final class LockText {
  private LockText() {}

  /** The tables; {@code services} sets the order of columns. */
  public static String format(List<LockResult> results, List<String> services) {
    return FigureTable.forEachSize(
        results, LockResult::members, LockResult::service, services, List.of(), LockText::fill);
  }

  /** The main figures of one step. */
  static String line(LockResult result) {
    return String.format(
        Locale.ROOT,
        "  %,.0f op/s  grant p50 %s ms  p99 %s ms  %.0f us CPU/op  %.2f changes/op",
        result.operationsPerSecond(),
        ResultText.millis(result.grant().p50Micros()),
        ResultText.millis(result.grant().p99Micros()),
        result.server().cpuMicrosPerOperation(),
        result.changesPerOperation());
  }

  private static void fill(FigureTable<LockResult> table, List<LockResult> results) {
    for (String work : results.stream().map(LockResult::work).distinct().toList()) {
      new Rows(work, results.stream().filter(r -> r.work().equals(work)).toList(), table).add();
    }
  }

  private record Rows(String work, List<LockResult> results, FigureTable<LockResult> table) {
    void add() {
      boolean uncontended = LockWork.parse(work).kind() == LockWork.Kind.UNCONTENDED;
      row(
          uncontended ? "pairs/s" : "hand-overs/s",
          LockResult::operationsPerSecond,
          digits("%,.0f"));
      String grant = uncontended ? "acquire" : "release to grant";
      row(grant + " p50 ms", r -> r.grant().p50Micros(), ResultText::millis);
      row(grant + " p99 ms", r -> r.grant().p99Micros(), ResultText::millis);
      row("release p50 ms", r -> r.release().p50Micros(), ResultText::millis);
      row("server CPU us", r -> r.server().cpuMicrosPerOperation(), digits("%.0f"));
      row("changes", LockResult::changesPerOperation, digits("%.2f"));
      row("log entries", LockResult::logEntriesPerOperation, digits("%.2f"));
      row("messages to clients", Rows::messages, digits("%.2f"));
      if (LockWork.parse(work).kind() == LockWork.Kind.CONTENDED) {
        row("fewest/most by one", r -> (double) r.fewestByOne() / r.mostByOne(), digits("%.2f"));
      }
      row("peak RSS MiB", r -> r.server().largestPeakRssBytes(), FigureTable::mebibytes);
      row("client CPU us", LockResult::clientCpuMicrosPerOperation, digits("%.0f"));
      row("other CPUs busy", r -> r.server().otherCpuCores(), digits("%.2f"));
    }

    private void row(
        String what, ToDoubleFunction<LockResult> value, DoubleFunction<String> format) {
      table.figure(work + "  " + what, results, value, format);
    }

    private static double messages(LockResult result) {
      Double messages = result.messagesPerOperation();
      return messages == null ? Double.NaN : messages;
    }
  }
}
