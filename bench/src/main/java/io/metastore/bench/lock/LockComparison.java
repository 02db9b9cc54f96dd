package io.metastore.bench.lock;

import io.metastore.bench.load.Tally;
import io.metastore.bench.server.Cluster;
import io.metastore.bench.server.ServerMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Runs a plan. Used once, by one thread. */
public final class LockComparison {
  private final LockPlan plan;
  private final Consumer<String> progress;

  /** Prepares a comparison; {@code progress} receives lines of text while it runs. */
  public LockComparison(LockPlan plan, Consumer<String> progress) {
    this.plan = plan;
    this.progress = progress;
  }

  /**
   * Runs all steps.
   *
   * @throws IllegalStateException if a server does not start or a lock service fails
   */
  public List<LockResult> run() throws InterruptedException {
    List<LockStep> steps = plan.steps();
    List<LockResult> results = new ArrayList<>();
    for (LockStep step : steps) {
      progress.accept("[%d/%d] %s".formatted(results.size() + 1, steps.size(), step));
      LockResult result = run(step);
      results.add(result);
      progress.accept(LockText.line(result));
    }
    return results;
  }

  private LockResult run(LockStep step) throws InterruptedException {
    LockWork work = step.work();
    try (Cluster cluster = Cluster.start(step.service().kind(), step.members(), plan.directory());
        LockClients services = step.service().connect(cluster.endpoints(), work.connections())) {
      ServerMeter servers = new ServerMeter(cluster.pids());
      return switch (work.kind()) {
        case UNCONTENDED, CONTENDED -> loop(step, services, servers);
        case WAITERS -> drain(step, services, servers);
      };
    }
  }

  private LockResult loop(LockStep step, LockClients services, ServerMeter servers)
      throws InterruptedException {
    Tally grants = new Tally();
    Tally releases = new Tally();
    LockLoop loop = new LockLoop(step.work(), services, grants, releases);
    loop.begin();
    loop.run(plan.warmUp());
    Measurement measurement = new Measurement(services, servers, grants, releases);
    measurement.open();
    long[] servedBefore = loop.served();
    loop.run(plan.duration());
    long[] served = loop.served();
    measurement.close();
    loop.end();
    Arrays.setAll(served, i -> served[i] - servedBefore[i]);
    return measurement.result(
        step, Arrays.stream(served).min().orElseThrow(), Arrays.stream(served).max().orElseThrow());
  }

  private LockResult drain(LockStep step, LockClients services, ServerMeter servers)
      throws InterruptedException {
    Tally grants = new Tally();
    Tally releases = new Tally();
    Drain drain = new Drain(step.work(), services, grants, releases);
    Measurement unused = new Measurement(services, servers, grants, releases);
    do {
      drain.pass(unused);
    } while (unused.seconds() < plan.warmUp().toNanos() / 1e9);
    Measurement measurement = new Measurement(services, servers, grants, releases);
    do {
      drain.pass(measurement);
    } while (measurement.seconds() < plan.duration().toNanos() / 1e9);
    return measurement.result(step, 1, 1);
  }
}
