package io.metastore.bench.znode;

import io.metastore.bench.compare.Turn;
import io.metastore.bench.server.Cluster;
import io.metastore.bench.server.ServerKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs scale cases on several kinds of servers. Used once, by one thread.
 *
 * @param turns what to run, in order
 * @param idle how long idle sessions are observed
 * @param dataBytes the size of each node's data
 * @param directory the directory for the servers' data
 * @param progress receives lines of text while it runs
 */
public record ScaleComparison(
    List<Turn<ServerKind, ScaleCase>> turns,
    Duration idle,
    int dataBytes,
    Path directory,
    Consumer<String> progress) {

  /** Copies the list. */
  public ScaleComparison {
    turns = List.copyOf(turns);
  }

  /**
   * Runs all turns.
   *
   * @throws IllegalStateException if a server does not start or fails
   */
  public List<ScaleResult> run() throws InterruptedException {
    List<ScaleResult> results = new ArrayList<>();
    for (Turn<ServerKind, ScaleCase> turn : turns) {
      progress.accept(
          "[%d/%d] %s"
              .formatted(results.size() + 1, turns.size(), turn.describe(turn.server().name())));
      ScaleResult result = run(turn);
      results.add(result);
      progress.accept("  " + result.figures());
    }
    return results;
  }

  private ScaleResult run(Turn<ServerKind, ScaleCase> turn) throws InterruptedException {
    try (Cluster cluster = Cluster.start(turn.server(), turn.members(), directory)) {
      return new ScaleRun(turn.server(), cluster, turn.work(), idle, dataBytes, progress).run();
    }
  }
}
