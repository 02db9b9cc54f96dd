package io.metastore.bench;

import io.metastore.bench.load.LoadSpec;
import io.metastore.bench.load.LoadSpec.Target;
import io.metastore.bench.load.Transport;
import io.metastore.bench.load.WatchSpec;
import io.metastore.bench.load.Workload;
import io.metastore.bench.server.Endpoint;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that {@code run} and {@code compare} have in common. */
final class LoadOptions {
  @Option(
      names = "--keys",
      defaultValue = "10000",
      description = "How many different keys (default: ${DEFAULT-VALUE}).")
  long keys;

  @Option(
      names = "--key-size",
      defaultValue = "16",
      description = "Bytes of a key (default: ${DEFAULT-VALUE}).")
  int keySize;

  @Option(
      names = "--value-size",
      defaultValue = "256",
      description = "Bytes of a value (default: ${DEFAULT-VALUE}).")
  int valueSize;

  @Option(
      names = "--skip-fill",
      description = "range, txn: the keys exist already, for example from the workload load.")
  boolean skipFill;

  @Option(
      names = "--warm-up",
      defaultValue = "15s",
      description =
          "Time before the measurement, under the same load (default: ${DEFAULT-VALUE}; load and fill have none).")
  Duration warmUp = Duration.ZERO;

  @Option(
      names = "--duration",
      defaultValue = "10s",
      description =
          "Time of the measurement (default: ${DEFAULT-VALUE}; load and fill run to their end).")
  Duration duration = Duration.ZERO;

  @Option(
      names = "--target",
      defaultValue = "all",
      description = "Connect to all endpoints or only to the leader (default: ${DEFAULT-VALUE}).")
  Target target = Target.ALL;

  @Option(
      names = "--event-loops",
      defaultValue = "1",
      description = "Threads of the generator (default: ${DEFAULT-VALUE}).")
  int eventLoops;

  @Option(
      names = "--transport",
      defaultValue = "lean",
      description =
          "What makes the unary calls: the generator's own HTTP/2, which takes less CPU, or gRPC's"
              + " channel (${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}).")
  Transport transport = Transport.LEAN;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Determines keys and values (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--read-share",
      defaultValue = "0.5",
      description = "txn: part of the transactions that only read (default: ${DEFAULT-VALUE}).")
  double readShare;

  @Option(
      names = "--batch",
      defaultValue = "100",
      description = "load: puts per transaction (default: ${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--watchers",
      defaultValue = "1000",
      description = "watch: how many watchers (default: ${DEFAULT-VALUE}).")
  int watchers;

  @Option(
      names = "--matching",
      defaultValue = "1",
      description =
          "watch: how many of them watch the key that is put (default: ${DEFAULT-VALUE}).")
  int matching;

  @Option(
      names = "--watch-streams",
      defaultValue = "1",
      description = "watch: streams that the watchers share (default: ${DEFAULT-VALUE}).")
  int watchStreams;

  @Option(
      names = "--watch-shape",
      defaultValue = "distinct",
      description =
          "watch: what the others watch: a distinct key or prefix each, all the same key, or the"
              + " key that is put through a filter for deletes (${COMPLETION-CANDIDATES}; default:"
              + " ${DEFAULT-VALUE}).")
  WatchSpec.Shape watchShape = WatchSpec.Shape.DISTINCT;

  @Option(
      names = "--output",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  Output output = Output.TABLE;

  /** The form of the result on standard output. */
  enum Output {
    TABLE,
    JSON
  }

  /** These options with what the commands ask for each in its own way. */
  LoadSpec spec(
      List<Endpoint> endpoints, Workload workload, int clients, int connections, long total) {
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
        warmUp,
        duration,
        total,
        seed,
        readShare,
        batch,
        new WatchSpec(watchers, matching, watchStreams, watchShape));
  }
}
