package io.metastore.cli.console;

import io.metastore.client.MetastoreClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every command takes, before its name or behind it. */
public abstract class Settings {
  private final Console console;
  private final Map<String, String> variables;
  private @Nullable String knownPassword;

  @Option(
      names = "--endpoints",
      scope = ScopeType.INHERIT,
      split = ",",
      paramLabel = "HOST:PORT",
      converter = EndpointText.class,
      defaultValue = "${env:METASTORE_ENDPOINTS:-127.0.0.1:2379}",
      description =
          "The servers, or some of them (default: the variable METASTORE_ENDPOINTS, else"
              + " 127.0.0.1:2379).")
  List<String> endpoints = List.of();

  @Option(
      names = {"-o", "--output"},
      scope = ScopeType.INHERIT,
      paramLabel = "FORM",
      defaultValue = "text",
      description = "text, or json: one object per line, failures too.")
  OutputForm output = OutputForm.TEXT;

  @Option(
      names = "--request-timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "How long a call may take, with all its attempts (default: ${DEFAULT-VALUE}).")
  Duration requestTimeout = Duration.ZERO;

  @Option(
      names = "--user",
      scope = ScopeType.INHERIT,
      paramLabel = "NAME",
      defaultValue = "${env:METASTORE_USER:-}",
      description =
          "Who calls, where access control is on (default: the variable METASTORE_USER). The password comes from"
              + " --password-file, the variable METASTORE_PASSWORD, or the terminal.")
  String user = "";

  @Option(
      names = "--password-file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "The password is this file's first line.")
  @Nullable Path passwordFile;

  @Option(
      names = {"-h", "--help"},
      scope = ScopeType.INHERIT,
      usageHelp = true,
      description = "Shows this and exits.")
  @SuppressWarnings("UnusedVariable") // picocli looks at it
  private boolean help;

  protected Settings(Console console, Map<String, String> variables) {
    this.console = console;
    this.variables = variables;
  }

  /** Where the commands write. */
  public Console console() {
    return console;
  }

  /** A client of these endpoints. */
  MetastoreClient connect(List<String> to) throws CommandFailed {
    if (requestTimeout.isZero()) {
      throw new CommandFailed(ExitCode.USAGE, "--request-timeout must be positive");
    }
    MetastoreClient.Builder client =
        MetastoreClient.builder()
            .endpoints(to.toArray(String[]::new))
            .requestTimeout(requestTimeout);
    String token = variables.getOrDefault("METASTORE_TOKEN", "");
    if (!user.isEmpty()) {
      client.user(user, password());
    } else if (!token.isEmpty()) {
      client.token(token);
    }
    return client.build();
  }

  /** Of {@link #user}. */
  String password() throws CommandFailed {
    if (knownPassword == null) {
      String variable = variables.get("METASTORE_PASSWORD");
      knownPassword =
          passwordFile != null
              ? Passwords.read(passwordFile)
              : variable != null ? variable : Passwords.ask(user);
    }
    return knownPassword;
  }
}
