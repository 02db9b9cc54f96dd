package io.metastore.server.command;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ConsoleCommand;
import io.metastore.cli.console.EndpointText;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Passwords;
import io.metastore.cli.console.Settings;
import io.metastore.cli.console.TlsFiles;
import io.metastore.server.migrate.Migration;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
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
          + " continues. Nobody else may write to the Metastore cluster meanwhile."
    })
final class MigrateEtcdCommand extends ConsoleCommand {
  private static final long RETRY_MS = 1000;

  /** After these, another attempt may succeed. */
  private static final Set<Status.Code> PASSING =
      EnumSet.of(
          Status.Code.UNAVAILABLE,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.CANCELLED,
          // A restarted member does not know tokens that it gave before.
          Status.Code.UNAUTHENTICATED,
          Status.Code.UNKNOWN);

  @Option(
      names = "--from",
      required = true,
      split = ",",
      paramLabel = "HOST:PORT",
      converter = EndpointText.class,
      description = "Members of the etcd cluster; one after the other is tried.")
  private List<String> sources = List.of();

  @Option(
      names = "--once",
      description =
          "Return as soon as both are equal. For scripts that have stopped all writers before.")
  private boolean once;

  @ArgGroup(
      exclusive = false,
      validate = false,
      heading =
          "The user and the TLS options count for both clusters, if the following are absent:%n")
  private SourceAccess sourceAccess = new SourceAccess();

  /** How to get into the etcd cluster, where it differs from the Metastore cluster. */
  static final class SourceAccess {
    @Option(names = "--from-cacert", paramLabel = "FILE", description = "As --cacert, for --from.")
    @Nullable Path authority;

    @Option(names = "--from-cert", paramLabel = "FILE", description = "As --cert, for --from.")
    @Nullable Path certificate;

    @Option(names = "--from-key", paramLabel = "FILE", description = "As --key, for --from.")
    @Nullable Path key;

    @Option(
        names = "--from-insecure-skip-tls-verify",
        description = "As --insecure-skip-tls-verify, for --from.")
    boolean trustsEverybody;

    @Option(names = "--from-user", paramLabel = "NAME", description = "As --user, for --from.")
    String user = "";

    @Option(
        names = "--from-password-file",
        paramLabel = "FILE",
        description = "As --password-file, for --from-user. Needed with it.")
    @Nullable Path passwordFile;

    ManagedChannel open(String endpoint, Settings settings) throws CommandFailed {
      TlsFiles files = new TlsFiles(authority, certificate, key, trustsEverybody);
      return files.isEmpty()
          ? settings.openChannel(endpoint)
          : settings.openChannel(endpoint, files);
    }

    Channel logIn(ManagedChannel channel, Settings settings) throws CommandFailed {
      if ((passwordFile == null) != user.isEmpty()) {
        throw new CommandFailed(
            ExitCode.USAGE, "--from-user and --from-password-file must be given together");
      }
      return passwordFile == null
          ? Login.toEtcdApi(channel, settings)
          : Login.toEtcdApi(channel, user, Passwords.read(passwordFile));
    }
  }

  @Override
  public Integer call() throws CommandFailed, InterruptedException {
    for (int attempt = 0; ; attempt++) {
      String source = sources.get(attempt % sources.size());
      String target = settings().endpoints().get(attempt % settings().endpoints().size());
      ManagedChannel from = sourceAccess.open(source, settings());
      ManagedChannel to = settings().openChannel(target);
      try {
        long revision =
            new Migration(
                    sourceAccess.logIn(from, settings()),
                    Login.toEtcdApi(to, settings()),
                    this::note)
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
