package io.metastore.bench.compare;

import static java.util.Objects.requireNonNull;

import io.metastore.bench.load.LoadSpec;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ServerCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The steps of a comparison.
 *
 * @param servers the servers to compare; the first is compared with each other
 * @param sizes the cluster sizes
 * @param rows the work
 * @param rounds how many times everything is repeated
 * @param directory the directory for the servers' data
 * @param load the remaining settings of each run; its endpoints, workload, clients and connections
 *     are replaced
 */
public record Plan(
    List<ServerCommand> servers,
    List<Integer> sizes,
    List<Row> rows,
    int rounds,
    Path directory,
    LoadSpec load) {

  /** Copies the lists and checks that there is something to run. */
  public Plan {
    servers = List.copyOf(servers);
    sizes = List.copyOf(sizes);
    rows = List.copyOf(rows);
    requireNonNull(directory, "directory");
    requireNonNull(load, "load");
    if (servers.isEmpty() || sizes.isEmpty() || rows.isEmpty() || rounds < 1) {
      throw new IllegalArgumentException("servers, sizes, rows and rounds must not be empty");
    }
  }

  /**
   * The steps in order. The servers take turns in each row, and each round begins with another
   * server, so that a temporary slowdown of the machine affects all of them.
   */
  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    for (int size : sizes) {
      for (int round = 1; round <= rounds; round++) {
        List<ServerCommand> turns = new ArrayList<>(servers);
        Collections.rotate(turns, 1 - round);
        for (Row row : rows) {
          for (ServerCommand server : turns) {
            steps.add(new Step(server, size, row, round));
          }
        }
      }
    }
    return steps;
  }

  /** The settings for one row with these endpoints. */
  LoadSpec run(Row row, List<Endpoint> endpoints) {
    return load.against(endpoints, row.workload(), row.clients(), row.connections());
  }

  /** A freshly started server that does one row once. */
  record Step(ServerCommand server, int size, Row row, int round) {}
}
