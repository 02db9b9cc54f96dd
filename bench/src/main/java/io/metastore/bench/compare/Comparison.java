package io.metastore.bench.compare;

import io.grpc.ManagedChannel;
import io.metastore.bench.load.LoadRun;
import io.metastore.bench.server.Access;
import io.metastore.bench.server.Cluster;
import io.metastore.bench.server.ServerCommand;
import io.metastore.bench.server.ServerMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Runs a plan. Used once, by one thread. */
public final class Comparison {
  private final Plan plan;
  private final Consumer<String> progress;

  /** Prepares a comparison; {@code progress} receives lines of text while it runs. */
  public Comparison(Plan plan, Consumer<String> progress) {
    this.plan = plan;
    this.progress = progress;
  }

  /**
   * Runs all steps.
   *
   * @throws IllegalStateException if a server does not start or fails
   */
  public List<Cell> run() throws InterruptedException {
    List<Turn<ServerCommand, Row>> steps = plan.steps();
    List<Cell> cells = new ArrayList<>();
    for (Turn<ServerCommand, Row> step : steps) {
      progress.accept(
          "[%d/%d] %s"
              .formatted(cells.size() + 1, steps.size(), step.describe(step.server().name())));
      cells.add(run(step));
    }
    return cells;
  }

  private void demandAccess(Cluster cluster) {
    Access access = plan.load().access();
    ManagedChannel channel = access.channel(cluster.endpoints().get(0)).build();
    try {
      access.demand(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  private Cell run(Turn<ServerCommand, Row> step) throws InterruptedException {
    try (Cluster cluster = Cluster.start(step.server(), step.members(), plan.directory())) {
      demandAccess(cluster);
      LoadRun load =
          new LoadRun(
              plan.run(step.work(), cluster.endpoints()),
              new ServerMeter(cluster.pids()),
              progress);
      return new Cell(
          step.server().name(),
          step.members(),
          step.work().toString(),
          step.round(),
          cluster.startSeconds(),
          load.run());
    }
  }
}
