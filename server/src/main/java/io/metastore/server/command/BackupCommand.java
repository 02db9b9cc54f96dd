package io.metastore.server.command;

import com.google.gson.JsonObject;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ConsoleCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.server.backup.Backup;
import io.metastore.server.backup.BackupRun;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code metastore backup}. */
@Command(
    name = "backup",
    description = {
      "Makes a backup of the first endpoint, which keeps serving.",
      "The backup contains everything: keys with their history, leases, locks, znodes, sessions,"
          + " users and roles. 'metastore restore' makes members from it, and 'metastore check'"
          + " verifies it. Files that an earlier backup has, and those of a member on the same disk,"
          + " are not copied: they become hard links."
    })
public final class BackupCommand extends ConsoleCommand {
  @Parameters(paramLabel = "DIR", description = "Directory of the backup; must not exist.")
  private Path target = Path.of("");

  @Option(names = "--base", paramLabel = "DIR", description = "An earlier backup on the same disk.")
  private @Nullable Path earlier;

  @Override
  public Integer call() throws CommandFailed {
    ManagedChannel channel = settings().openChannel();
    BackupRun.Summary summary;
    try {
      summary =
          new BackupRun(
                  Login.toNativeApi(channel, settings()),
                  target,
                  earlier == null ? null : Backup.read(earlier),
                  new ByteProgress(console(), "received"))
              .run();
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.REFUSED, "backup failed: " + e.getMessage());
    } catch (StatusRuntimeException e) {
      throw new CommandFailed(
          e.getStatus().getCode() == Status.Code.UNAVAILABLE
              ? ExitCode.UNREACHABLE
              : ExitCode.REFUSED,
          "backup failed: " + e.getStatus().getDescription());
    } finally {
      channel.shutdownNow();
    }
    print(summary);
    return ExitCode.OK.code();
  }

  private void print(BackupRun.Summary summary) {
    if (json()) {
      JsonObject line = new JsonObject();
      line.addProperty("files", summary.files());
      line.addProperty("receivedBytes", summary.receivedBytes());
      line.addProperty("linkedBytes", summary.linkedBytes());
      console().line(line);
    } else {
      console()
          .line(
              "%d files, %d bytes received, %d bytes in hard links"
                  .formatted(summary.files(), summary.receivedBytes(), summary.linkedBytes()));
    }
  }
}
