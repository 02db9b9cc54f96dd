package io.metastore.server.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ConsoleCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.core.machine.TableCheck;
import io.metastore.core.node.DirectoryCheck;
import io.metastore.server.backup.Backup;
import io.metastore.server.config.Configuration;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code metastore check}. */
@Command(
    name = "check",
    description = {
      "Checks the data directory of a member that does not run, or a backup, without changing it.",
      "Compares all files with their checksums, and the tables with each other and with the Raft"
          + " log. Prints one line for every fault, and exits with 1 if there are any."
    })
public final class CheckCommand extends ConsoleCommand {
  @Parameters(paramLabel = "DIR", description = "Data directory of a member, or a backup.")
  private Path dataDirectory = Path.of("");

  @Option(
      names = "--wal-dir",
      paramLabel = "DIR",
      description = "Directory of the Raft log, if the member runs with --wal-dir.")
  private @Nullable Path logDirectory;

  @Override
  public Integer call() throws CommandFailed {
    Path log =
        logDirectory == null ? dataDirectory.resolve(Configuration.LOG_DIRECTORY) : logDirectory;
    ByteProgress progress = new ByteProgress(console(), "checked");
    DirectoryCheck.Report report;
    try {
      report =
          Backup.isOne(dataDirectory)
              ? checkBackup(progress)
              : DirectoryCheck.run(dataDirectory, log, progress);
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.REFUSED, "cannot check: " + e.getMessage());
    }
    print(report);
    return report.faultsFound() == 0 ? ExitCode.OK.code() : ExitCode.NO.code();
  }

  private DirectoryCheck.Report checkBackup(ByteProgress progress) throws IOException {
    Backup backup = Backup.read(dataDirectory);
    backup.verify(new ByteProgress(console(), "verified"));
    return DirectoryCheck.ofTables(backup.tables(), progress);
  }

  private void print(DirectoryCheck.Report report) {
    if (json()) {
      console().line(toJson(report));
      return;
    }
    report.faults().forEach(console()::line);
    if (report.faultsFound() > report.faults().size()) {
      console().line("... %d faults in all".formatted(report.faultsFound()));
    }
    TableCheck.Contents tables = report.tables();
    if (tables != null) {
      console()
          .line(
              "revision %d, compacted %d, keys %d, changes %d, znodes %d"
                  .formatted(
                      tables.revision(),
                      tables.compacted(),
                      tables.keys(),
                      tables.changes(),
                      tables.znodes()));
      console()
          .line(
              "the tables contain log entries up to %d; the log has entries %d to %d"
                  .formatted(tables.index(), report.log().first(), report.log().last()));
    }
    if (report.faultsFound() == 0) {
      console().line("no faults found");
    }
  }

  private static JsonObject toJson(DirectoryCheck.Report report) {
    JsonObject line = new JsonObject();
    TableCheck.Contents tables = report.tables();
    if (tables != null) {
      line.addProperty("revision", tables.revision());
      line.addProperty("compacted", tables.compacted());
      line.addProperty("keys", tables.keys());
      line.addProperty("changes", tables.changes());
      line.addProperty("znodes", tables.znodes());
      line.addProperty("appliedIndex", tables.index());
    }
    line.addProperty("logFirst", report.log().first());
    line.addProperty("logLast", report.log().last());
    line.addProperty("faultsFound", report.faultsFound());
    JsonArray faults = new JsonArray();
    report.faults().forEach(faults::add);
    line.add("faults", faults);
    return line;
  }
}
