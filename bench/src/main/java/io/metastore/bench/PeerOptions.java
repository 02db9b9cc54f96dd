package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands have in common that start Metastore beside something else. */
final class PeerOptions {
  @Option(
      names = "--metastore",
      defaultValue = "bin/etcd",
      paramLabel = "PROGRAM",
      description = "Metastore's program that takes etcd's flags (default: ${DEFAULT-VALUE}).")
  String metastore = "";

  @Option(
      names = "--etcd",
      paramLabel = "PROGRAM",
      description = "etcd; without it, that is left out.")
  @Nullable String etcd;

  @Option(
      names = "--directory",
      description = "Where the servers keep their data (default: the temporary directory).")
  Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--output",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  Output output = Output.TABLE;
}
