package io.metastore.server.command;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ConsoleCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.server.migrate.Migration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code metastore migrate etcd}. */
@Command(
    name = "etcd",
    description = {
      "Follows an etcd cluster that keeps serving: makes each of its revisions one revision of the"
          + " Metastore cluster at --endpoints, which must have begun with a snapshot of it"
          + " ('metastore import etcd') or both empty.",
      "Tells how far it is, and when both are equal. Runs until it is interrupted; run again, it"
          + " continues. Nobody else may write to the Metastore cluster meanwhile. The user and the"
          + " TLS options count for both clusters."
    })
final class MigrateEtcdCommand extends ConsoleCommand {
  private static final long RETRY_MS = 1000;

  /** After these, another attempt may succeed. */
  private static final Set<Status.Code> PASSING =
      EnumSet.of(
          Status.Code.UNAVAILABLE,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.CANCELLED,
          Status.Code.UNKNOWN);

  @Option(
      names = "--from",
      required = true,
      split = ",",
      paramLabel = "HOST:PORT",
      description = "Members of the etcd cluster; one after the other is tried.")
  private List<String> sources = List.of();

  @Option(
      names = "--once",
      description =
          "Return as soon as both are equal. For scripts that have stopped all writers before.")
  private boolean once;

  @Override
  public Integer call() throws CommandFailed, InterruptedException {
    for (int attempt = 0; ; attempt++) {
      String source = sources.get(attempt % sources.size());
      String target = settings().endpoints().get(attempt % settings().endpoints().size());
      ManagedChannel from = settings().openChannel(source);
      ManagedChannel to = settings().openChannel(target);
      try {
        long revision =
            new Migration(
                    Login.toEtcdApi(from, settings()), Login.toEtcdApi(to, settings()), this::note)
                .run(once);
        console().line("equal at revision " + revision);
        return ExitCode.OK.code();
      } catch (Migration.Impossible e) {
        throw new CommandFailed(ExitCode.REFUSED, "cannot go on: " + e.getMessage());
      } catch (StatusRuntimeException e) {
        if (!PASSING.contains(e.getStatus().getCode())) {
          throw new CommandFailed(ExitCode.REFUSED, "cannot go on: " + e.getMessage());
        }
        note("trying again from %s to %s: %s".formatted(source, target, e.getMessage()));
        Thread.sleep(RETRY_MS);
      } finally {
        from.shutdownNow();
        to.shutdownNow();
      }
    }
  }
}
