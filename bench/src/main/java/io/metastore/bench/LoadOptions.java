package io.metastore.bench;

import io.metastore.bench.load.LoadSpec;
import io.metastore.bench.load.LoadSpec.Target;
import io.metastore.bench.load.Transport;
import io.metastore.bench.load.WatchSpec;
import io.metastore.bench.load.Workload;
import io.metastore.bench.server.Endpoint;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options shared by {@code run} and {@code compare}. */
final class LoadOptions {
  @Option(
      names = "--keys",
      defaultValue = "10000",
      description = "Number of different keys (default: ${DEFAULT-VALUE}).")
  long keys;

  @Option(
      names = "--key-size",
      defaultValue = "16",
      description = "Key size in bytes (default: ${DEFAULT-VALUE}).")
  int keySize;

  @Option(
      names = "--value-size",
      defaultValue = "256",
      description = "Value size in bytes (default: ${DEFAULT-VALUE}).")
  int valueSize;

  @Option(
      names = "--skip-fill",
      description =
          "For range and txn: do not write the keys first; they already exist, for example from load.")
  boolean skipFill;

  @Mixin TimeOptions time = new TimeOptions();

  @Mixin AccessOptions access = new AccessOptions();

  @Option(
      names = "--target",
      defaultValue = "all",
      description =
          "Connect to all endpoints, only to the leader, or only to the others"
              + " (${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}).")
  Target target = Target.ALL;

  @Option(
      names = "--event-loops",
      defaultValue = "1",
      description = "Number of event loop threads in the generator (default: ${DEFAULT-VALUE}).")
  int eventLoops;

  @Option(
      names = "--transport",
      defaultValue = "lean",
      description =
          "Client for unary calls: the generator's own HTTP/2 client, which uses less CPU, or a gRPC"
              + " channel (${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}).")
  Transport transport = Transport.LEAN;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Random seed for keys and values (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--read-share",
      defaultValue = "0.5",
      description =
          "For txn: share of the transactions that only read, 0 to 1 (default: ${DEFAULT-VALUE}).")
  double readShare;

  @Option(
      names = "--batch",
      defaultValue = "100",
      description = "For load: puts per transaction (default: ${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--watchers",
      defaultValue = "1000",
      description = "For watch: number of watchers (default: ${DEFAULT-VALUE}).")
  int watchers;

  @Option(
      names = "--matching",
      defaultValue = "1",
      description =
          "For watch: number of watchers that watch the key that is put (default: ${DEFAULT-VALUE}).")
  int matching;

  @Option(
      names = "--watch-streams",
      defaultValue = "1",
      description =
          "For watch: number of streams that the watchers share (default: ${DEFAULT-VALUE}).")
  int watchStreams;

  @Option(
      names = "--watch-shape",
      defaultValue = "distinct",
      description =
          "For watch: what the other watchers watch: each a different key or prefix, all the same key, or"
              + " the key that is put with a filter that drops puts (${COMPLETION-CANDIDATES}; default:"
              + " ${DEFAULT-VALUE}).")
  WatchSpec.Shape watchShape = WatchSpec.Shape.DISTINCT;

  @Option(
      names = "--output",
      defaultValue = "table",
      description = "Output format: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  Output output = Output.TABLE;

  /** The format of the result on standard output. */
  enum Output {
    TABLE,
    JSON
  }

  /** Combines these options with those that each command defines itself. */
  LoadSpec spec(
      List<Endpoint> endpoints,
      Workload workload,
      int clients,
      int connections,
      long total,
      double rate) {
    return new LoadSpec(
        endpoints,
        target,
        workload,
        clients,
        connections,
        eventLoops,
        transport,
        keys,
        keySize,
        valueSize,
        !skipFill,
        time.warmUp,
        time.duration,
        total,
        rate,
        seed,
        readShare,
        batch,
        new WatchSpec(watchers, matching, watchStreams, watchShape),
        access.access());
  }
}
