package io.metastore.server.command;

import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ConsoleCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.core.node.FirstTables;
import io.metastore.server.backup.Backup;
import io.metastore.server.config.ConfigError;
import io.metastore.server.config.Place;
import io.metastore.server.config.StoredCluster;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code metastore restore}. */
@Command(
    name = "restore",
    description = {
      "Makes the data directory of a member of a new cluster from a backup.",
      "First compares the files of the backup with their digests. For a cluster of several members,"
          + " run this once for each, with the same backup and the same --initial-cluster."
    })
public final class RestoreBackupCommand extends ConsoleCommand {
  @Parameters(paramLabel = "BACKUP", description = "Directory made by 'metastore backup'.")
  private Path source = Path.of("");

  @Option(
      names = "--data-dir",
      required = true,
      paramLabel = "DIR",
      description = "Data directory of the new member; must contain no data.")
  private Path target = Path.of("");

  @Mixin private final NewMemberOptions member = new NewMemberOptions();

  @Override
  public Integer call() throws CommandFailed {
    ByteProgress progress = new ByteProgress(console(), "verified");
    try {
      Place place = member.place();
      Backup backup = Backup.read(source);
      backup.verify(progress);
      FirstTables.restore(target, backup.tables());
      StoredCluster.write(target, place);
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.REFUSED, "restore failed: " + e.getMessage());
    } catch (ConfigError e) {
      throw new CommandFailed(ExitCode.USAGE, "restore failed: " + e.getMessage());
    }
    console().line("restored %s to %s".formatted(source, target));
    return ExitCode.OK.code();
  }
}
