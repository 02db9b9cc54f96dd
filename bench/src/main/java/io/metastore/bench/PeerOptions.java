package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of commands that compare Metastore with another server. */
final class PeerOptions {
  @Option(
      names = "--metastore",
      defaultValue = "bin/etcd",
      paramLabel = "PROGRAM",
      description = "Metastore's server program (default: ${DEFAULT-VALUE}).")
  String metastore = "";

  @Option(
      names = "--etcd",
      paramLabel = "PROGRAM",
      description = "etcd's server program; if not given, etcd is not measured.")
  @Nullable String etcd;

  @Option(
      names = "--directory",
      description = "Directory for the servers' data (default: the temporary directory).")
  Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--output",
      defaultValue = "table",
      description = "Output format: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  Output output = Output.TABLE;
}
