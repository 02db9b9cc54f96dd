package io.metastore.bench.faults;

import io.metastore.bench.report.TextTable;
import java.util.Map;

/** Formats the result of a {@link FaultRun} as text. */
public final class RunText {
  private RunText() {}

  /** A table of what happened, then the violations. */
  public static String format(RunReport report) {
    TextTable table = new TextTable();
    table.row("seed", Long.toString(report.seed()));
    table.row("members", Integer.toString(report.members()));
    table.row("rounds", Integer.toString(report.rounds()));
    table.row("seconds of faults", Long.toString(report.seconds()));
    addAll(table, "fault: ", report.faults());
    addAll(table, "", report.done());
    addAll(table, "error: ", report.errors());
    table.row("violations", Integer.toString(report.violations().size()));
    StringBuilder text = new StringBuilder(table.format().strip());
    report.violations().forEach(violation -> text.append("\nviolation: ").append(violation));
    return text.toString();
  }

  private static void addAll(TextTable table, String prefix, Map<String, Long> counts) {
    counts.forEach((name, count) -> table.row(prefix + name, Long.toString(count)));
  }
}
