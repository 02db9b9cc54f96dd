package io.metastore.cli.keys;

import io.metastore.api.v1.Consistency;
import picocli.CommandLine.Option;

/** Options for the revision and the consistency of reads. */
final class ReadOptions {
  @Option(
      names = "--revision",
      paramLabel = "N",
      description = "Read at revision N (default: the current revision).")
  long revision;

  @Option(
      names = "--consistency",
      paramLabel = "HOW",
      defaultValue = "linearizable",
      description =
          "linearizable: includes every write acknowledged before the read; serializable: may be"
              + " stale, answered by one server alone (default: ${DEFAULT-VALUE}).")
  Choice consistency = Choice.LINEARIZABLE;

  @Option(
      names = "--zookeeper",
      description =
          "Read znodes, the tree of ZooKeeper clients, instead of keys. They have no older"
              + " revisions.")
  boolean zookeeper;

  /** The consistency levels, without the protocol's UNRECOGNIZED. */
  enum Choice {
    LINEARIZABLE(Consistency.LINEARIZABLE),
    SERIALIZABLE(Consistency.SERIALIZABLE);

    final Consistency wire;

    Choice(Consistency wire) {
      this.wire = wire;
    }
  }
}
