package io.metastore.server.command;

import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ConsoleCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.server.zookeeper.AdminServerClient;
import io.metastore.server.zookeeper.Progress;
import io.metastore.server.zookeeper.ZookeeperExport;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code metastore export zookeeper}. */
@Command(
    name = "zookeeper",
    description = {
      "Writes a snapshot of the znodes and sessions from which ZooKeeper can start.",
      "The snapshot comes from a running member and shows one revision. Start ZooKeeper with DIR"
          + " as its dataDir. Keys of other interfaces are not exported."
    })
final class ExportZookeeperCommand extends ConsoleCommand {
  @Parameters(
      index = "0",
      paramLabel = "HOST:PORT",
      description = "Address of the member's AdminServer (--listen-zookeeper-admin-urls).")
  private String server = "";

  @Parameters(
      index = "1",
      paramLabel = "DIR",
      description = "Data directory for ZooKeeper; must not contain data of ZooKeeper.")
  private Path directory = Path.of("");

  @Option(
      names = "--admin-auth",
      paramLabel = "SCHEME:ID",
      defaultValue = AdminServerClient.DEFAULT_AUTH,
      description =
          "Identity for the AdminServer, such as digest:super:secret; it needs all rights on the"
              + " root node.")
  private String auth = "";

  @Override
  public Integer call() throws CommandFailed {
    try (AdminServerClient.Snapshot snapshot = new AdminServerClient(server, auth).openSnapshot()) {
      Path file =
          new ZookeeperExport(directory, new Progress(this::note, System::nanoTime))
              .write(snapshot.content());
      console().line(file.toString());
      return ExitCode.OK.code();
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.REFUSED, "nothing was exported: " + e.getMessage());
    }
  }
}
