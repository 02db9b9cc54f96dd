package io.metastore.server.command;

import com.google.gson.JsonObject;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ConsoleCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.server.zookeeper.AdminServerClient;
import io.metastore.server.zookeeper.Progress;
import io.metastore.server.zookeeper.ZookeeperImport;
import io.metastore.server.zookeeper.data.DataFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code metastore import zookeeper}. */
@Command(
    name = "zookeeper",
    description = {
      "Imports the data of a ZooKeeper server: all nodes with their versions, times, zxids and"
          + " access lists, and the sessions, so that clients continue them.",
      "SOURCE is the server's data directory, or the address of its AdminServer. Stop the server"
          + " before a directory is read. The member must not have started before; afterwards,"
          + " start it with the same --data-dir. In a cluster, run this for every member."
    })
final class ImportZookeeperCommand extends ConsoleCommand {
  @Parameters(
      paramLabel = "SOURCE",
      description = "Data directory of ZooKeeper, or HOST:PORT of its AdminServer.")
  private String source = "";

  @Option(
      names = "--data-dir",
      required = true,
      paramLabel = "DIR",
      description = "Data directory of the new member.")
  private Path dataDirectory = Path.of("");

  @Option(
      names = "--data-log-dir",
      paramLabel = "DIR",
      description = "ZooKeeper's directory for transaction logs, if it has one (dataLogDir).")
  private @Nullable Path logDirectory;

  @Option(
      names = "--admin-auth",
      paramLabel = "SCHEME:ID",
      defaultValue = AdminServerClient.DEFAULT_AUTH,
      description =
          "Identity for the AdminServer, such as digest:super:secret; it needs all rights on"
              + " ZooKeeper's root node.")
  private String auth = "";

  @Override
  public Integer call() throws CommandFailed {
    ZookeeperImport run =
        new ZookeeperImport(dataDirectory, new Progress(this::note, System::nanoTime));
    ZookeeperImport.Result result;
    try {
      if (Files.isDirectory(Path.of(source))) {
        Path logs = logDirectory == null ? Path.of(source) : logDirectory;
        result = run.from(DataFiles.list(Path.of(source), logs));
      } else {
        try (AdminServerClient.Snapshot snapshot =
            new AdminServerClient(source, auth).openSnapshot()) {
          result = run.from(snapshot.content(), snapshot.zxid());
        }
      }
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.REFUSED, "nothing was imported: " + e.getMessage());
    }
    print(result);
    return ExitCode.OK.code();
  }

  private void print(ZookeeperImport.Result result) {
    if (json()) {
      JsonObject line = new JsonObject();
      line.addProperty("nodes", result.nodes());
      line.addProperty("sessions", result.sessions());
      line.addProperty("transactions", result.transactions());
      line.addProperty("zxid", "0x" + Long.toHexString(result.zxid()));
      line.addProperty("verified", result.verified());
      console().line(line);
    } else {
      console().line(result.text());
    }
  }
}
