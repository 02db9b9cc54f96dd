package io.metastore.bench.znode;

import static java.util.Objects.requireNonNull;

import io.metastore.bench.compare.Turn;
import io.metastore.bench.server.ServerKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The steps of a comparison with ZooKeeper's Java client.
 *
 * @param servers the servers to compare; the first is compared with each other
 * @param sizes the cluster sizes
 * @param works the work
 * @param rounds how many times everything is repeated
 * @param warmUp the duration of each work before the measurement
 * @param duration the duration of the measurement
 * @param nodes the number of nodes that exist before the work begins
 * @param dataBytes the size of each node's data
 * @param directory the directory for the servers' data
 */
public record ZnodePlan(
    List<ServerKind> servers,
    List<Integer> sizes,
    List<ZnodeWork> works,
    int rounds,
    Duration warmUp,
    Duration duration,
    int nodes,
    int dataBytes,
    Path directory) {

  /** Copies the lists. */
  public ZnodePlan {
    servers = List.copyOf(servers);
    sizes = List.copyOf(sizes);
    works = List.copyOf(works);
    requireNonNull(warmUp, "warmUp");
    requireNonNull(duration, "duration");
    requireNonNull(directory, "directory");
    if (nodes < 1) {
      throw new IllegalArgumentException("nodes: " + nodes);
    }
  }

  List<Turn<ServerKind, ZnodeWork>> turns() {
    return Turn.all(servers, sizes, works, rounds);
  }
}
