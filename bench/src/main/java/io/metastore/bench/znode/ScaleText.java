package io.metastore.bench.znode;

import io.metastore.bench.report.FigureTable;
import java.util.List;
import java.util.stream.Collectors;

/** Formats the results of scale cases as tables, one for each cluster size. */
public final class ScaleText {
  private ScaleText() {}

  /**
   * The tables. {@code servers} sets the order of columns; the first is compared with the others.
   */
  public static String format(List<ScaleResult> results, List<String> servers) {
    return results.stream()
        .map(ScaleResult::members)
        .distinct()
        .map(
            members ->
                format(
                    results.stream().filter(result -> result.members() == members).toList(),
                    new FigureTable<>(
                        FigureTable.title(members),
                        ScaleResult::server,
                        servers,
                        servers.subList(1, servers.size()))))
        .collect(Collectors.joining("\n"));
  }

  private static String format(List<ScaleResult> results, FigureTable<ScaleResult> table) {
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
    return table.format();
  }
}
