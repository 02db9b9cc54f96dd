package io.metastore.cli.keys;

import io.metastore.api.v1.Consistency;
import picocli.CommandLine.Option;

/** At which revision and how fresh to read. */
final class ReadOptions {
  @Option(
      names = "--revision",
      paramLabel = "N",
      description = "Read at this revision (default: the newest).")
  long revision;

  @Option(
      names = "--consistency",
      paramLabel = "HOW",
      defaultValue = "linearizable",
      description =
          "linearizable: sees every write acknowledged before; serializable: what the asked server"
              + " has, without asking others (default: ${DEFAULT-VALUE}).")
  Choice consistency = Choice.LINEARIZABLE;

  /** Without the protocol's own name for unknown values, which nobody can wish. */
  enum Choice {
    LINEARIZABLE(Consistency.LINEARIZABLE),
    SERIALIZABLE(Consistency.SERIALIZABLE);

    final Consistency wire;

    Choice(Consistency wire) {
      this.wire = wire;
    }
  }
}
