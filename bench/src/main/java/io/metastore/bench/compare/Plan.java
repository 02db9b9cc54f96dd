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
 * What a comparison runs, in which order.
 *
 * @param servers what is compared; the first with each of the others
 * @param sizes numbers of members of the clusters
 * @param rows what they do
 * @param rounds how often everything is repeated
 * @param directory where the servers keep their data
 * @param load the rest of each run; its endpoints, workload, clients and connections are replaced
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
   * The steps in their order: the servers take turns at each row, so that a slow minute of the
   * machine meets all of them, and another begins in each round.
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

  /** The run of one row against these endpoints. */
  LoadSpec run(Row row, List<Endpoint> endpoints) {
    return load.against(endpoints, row.workload(), row.clients(), row.connections());
  }

  /** One server, freshly started, doing one row once. */
  record Step(ServerCommand server, int size, Row row, int round) {}
}
