package io.metastore.bench.znode;

import io.metastore.bench.compare.Cell;
import io.metastore.bench.compare.Turn;
import io.metastore.bench.report.Result;
import io.metastore.bench.report.ResultText;
import io.metastore.bench.server.Cluster;
import io.metastore.bench.server.ServerKind;
import io.metastore.bench.server.ServerMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Runs a plan. Used once, by one thread. */
public final class ZnodeComparison {
  private final ZnodePlan plan;
  private final Consumer<String> progress;

  /** Prepares a comparison; {@code progress} receives lines of text while it runs. */
  public ZnodeComparison(ZnodePlan plan, Consumer<String> progress) {
    this.plan = plan;
    this.progress = progress;
  }

  /**
   * Runs all turns.
   *
   * @throws IllegalStateException if a server does not start or fails
   */
  public List<Cell> run() throws InterruptedException {
    List<Turn<ServerKind, ZnodeWork>> turns = plan.turns();
    List<Cell> cells = new ArrayList<>();
    for (Turn<ServerKind, ZnodeWork> turn : turns) {
      progress.accept(
          "[%d/%d] %s"
              .formatted(cells.size() + 1, turns.size(), turn.describe(turn.server().name())));
      Cell cell = run(turn);
      cells.add(cell);
      progress.accept(line(cell.result()));
    }
    return cells;
  }

  private Cell run(Turn<ServerKind, ZnodeWork> turn) throws InterruptedException {
    try (Cluster cluster = Cluster.start(turn.server(), turn.members(), plan.directory())) {
      ServerMeter meter = new ServerMeter(cluster.pids());
      return new Cell(
          turn.server().name(),
          turn.members(),
          turn.work().toString(),
          turn.round(),
          cluster.startSeconds(),
          new ZnodeRun(plan, turn.work(), cluster.endpoints(), meter).run());
    }
  }

  /** The main figures. */
  private static String line(Result result) {
    return String.format(
        Locale.ROOT,
        "  %,.0f op/s  p50 %s ms  p99 %s ms  errors %s",
        result.operationsPerSecond(),
        ResultText.millis(result.latency().p50Micros()),
        ResultText.millis(result.latency().p99Micros()),
        result.errors());
  }
}
