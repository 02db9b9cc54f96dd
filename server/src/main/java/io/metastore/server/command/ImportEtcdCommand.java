package io.metastore.server.command;

import io.metastore.adapter.etcd.db.DbReader;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.Console;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Settings;
import io.metastore.server.etcd.EtcdDirectory;
import io.metastore.server.etcd.EtcdImport;
import io.metastore.server.etcd.TakeOver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code metastore import etcd}. */
@Command(
    name = "etcd",
    description = {
      "Imports an etcd snapshot, or the data directory of an etcd member that does not run.",
      "Keeps all revisions since the last compaction, leases, users, roles and alarms. From a data"
          + " directory, the member also keeps its ID and its cluster. From a snapshot, the flags of"
          + " the first start define the cluster; import the same snapshot for each of its members."
    })
final class ImportEtcdCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  private CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      description = "A file of 'etcdctl snapshot save', or a data directory of etcd.")
  @SuppressWarnings("NullAway.Init") // picocli requires it
  private Path source;

  @Option(
      names = "--data-dir",
      required = true,
      paramLabel = "DIRECTORY",
      description = "Data directory of the new member; must contain no data of Metastore.")
  @SuppressWarnings("NullAway.Init") // picocli requires it
  private Path target;

  @Option(
      names = "--wal-dir",
      paramLabel = "DIRECTORY",
      description = "etcd's write-ahead log, if it is not in its data directory.")
  private @Nullable Path log;

  @Override
  public Integer call() throws CommandFailed {
    Console console = ((Settings) spec.root().userObject()).console();
    ByteProgress progress = new ByteProgress(console, "imported");
    EtcdImport.Summary summary;
    try {
      summary = Files.isDirectory(source) ? directory(progress) : snapshot(progress);
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.REFUSED, "import failed: " + e.getMessage());
    }
    console.note(progress.text(summary.bytes()));
    console.line(
        "revision %d, compacted %d, versions %d, leases %d"
            .formatted(
                summary.revision(), summary.compacted(), summary.versions(), summary.leases()));
    return ExitCode.OK.code();
  }

  private EtcdImport.Summary directory(ByteProgress progress) throws IOException {
    if (!EtcdDirectory.isOne(source)) {
      throw new IOException(source + " contains no data of etcd (member/snap/db)");
    }
    EtcdImport.Summary summary =
        TakeOver.run(source, log == null ? EtcdDirectory.log(source) : log, target, progress);
    if (summary == null) {
      throw new IOException(target + " already contains data");
    }
    return summary;
  }

  private EtcdImport.Summary snapshot(ByteProgress progress) throws IOException {
    if (DbReader.hasDigest(source) && !DbReader.digestMatches(source)) {
      throw new IOException(source + " is damaged: its SHA-256 digest does not match");
    }
    try (DbReader db = DbReader.open(source)) {
      return new EtcdImport(db, /* bump= */ 0).run(target, progress);
    }
  }
}
