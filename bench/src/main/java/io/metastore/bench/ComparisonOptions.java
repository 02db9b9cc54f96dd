package io.metastore.bench;

import java.util.List;
import picocli.CommandLine.Option;

/** The options shared by the commands that compare several kinds of server. */
final class ComparisonOptions {
  @Option(
      names = "--members",
      split = ",",
      defaultValue = "1,3",
      description = "Comma-separated list of cluster sizes (default: ${DEFAULT-VALUE}).")
  List<Integer> members = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "1",
      description = "How many times to repeat everything (default: ${DEFAULT-VALUE}).")
  int rounds;
}
