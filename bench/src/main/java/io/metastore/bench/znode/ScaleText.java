package io.metastore.bench.znode;

import io.metastore.bench.report.FigureTable;
import java.util.List;

/** Formats the results of scale cases as tables, one for each cluster size. */
public final class ScaleText {
  private ScaleText() {}

  /**
   * The tables. {@code servers} sets the order of columns; the first is compared with the others.
   */
  public static String format(List<ScaleResult> results, List<String> servers) {
    return FigureTable.forEachSize(
        results,
        ScaleResult::members,
        ScaleResult::server,
        servers,
        servers.subList(1, servers.size()),
        ScaleText::fill);
  }

  private static void fill(FigureTable<ScaleResult> table, List<ScaleResult> results) {
    for (String work : results.stream().map(ScaleResult::work).distinct().toList()) {
      List<ScaleResult> ofWork = results.stream().filter(r -> r.work().equals(work)).toList();
      for (String figure : ofWork.get(0).figures().keySet()) {
        table.figure(
            work + "  " + figure,
            ofWork,
            result -> result.figures().getOrDefault(figure, Double.NaN),
            FigureTable.digits("%,.2f"));
      }
    }
  }
}
