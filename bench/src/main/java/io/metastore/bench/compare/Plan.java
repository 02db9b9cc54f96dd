package io.metastore.bench.compare;

import static java.util.Objects.requireNonNull;

import io.metastore.bench.load.LoadSpec;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ServerCommand;
import java.nio.file.Path;
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

  /** Copies the lists. */
  public Plan {
    servers = List.copyOf(servers);
    sizes = List.copyOf(sizes);
    rows = List.copyOf(rows);
    requireNonNull(directory, "directory");
    requireNonNull(load, "load");
  }

  /** The steps in order. */
  List<Turn<ServerCommand, Row>> steps() {
    return Turn.all(servers, sizes, rows, rounds);
  }

  /** The settings for one row with these endpoints. */
  LoadSpec run(Row row, List<Endpoint> endpoints) {
    return load.against(endpoints, row.workload(), row.clients(), row.connections(), row.rate());
  }
}
