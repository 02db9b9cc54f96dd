package io.metastore.bench.failover;

import io.metastore.bench.report.TextTable;
import java.util.List;

/** Formats the results of {@link Failover} as a table. */
public final class FailoverText {
  private FailoverText() {}

  /** The table, with times in milliseconds. */
  public static String format(List<FailoverResult> results) {
    TextTable table =
        new TextTable()
            .row(
                "leader",
                "server",
                "tries",
                "put median",
                "put max",
                "lock median",
                "lock max",
                "own lock median",
                "own lock max");
    for (FailoverResult result : results) {
      table.row(
          result.fault().toString(),
          result.server(),
          Integer.toString(result.putMs().size()),
          median(result.putMs()),
          max(result.putMs()),
          median(result.lockMs()),
          max(result.lockMs()),
          median(result.ownLockMs()),
          max(result.ownLockMs()));
    }
    return table.format();
  }

  private static String median(List<Long> values) {
    return values.isEmpty()
        ? "-"
        : Long.toString(values.stream().sorted().toList().get(values.size() / 2));
  }

  private static String max(List<Long> values) {
    return values.stream().max(Long::compare).map(Object::toString).orElse("-");
  }
}
