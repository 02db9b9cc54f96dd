package io.metastore.cli.console;

import io.grpc.ManagedChannel;
import io.metastore.client.MetastoreClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every command accepts, before or after its name. */
public abstract class Settings {
  private final Console console;
  private final Map<String, String> variables;
  private final Transport transport;
  private @Nullable String knownPassword;

  @Option(
      names = "--endpoints",
      scope = ScopeType.INHERIT,
      split = ",",
      paramLabel = "HOST:PORT",
      converter = EndpointText.class,
      defaultValue = "${env:METASTORE_ENDPOINTS:-127.0.0.1:2379}",
      description =
          "Comma-separated list of servers (default: environment variable METASTORE_ENDPOINTS, or"
              + " 127.0.0.1:2379).")
  List<String> endpoints = List.of();

  @Option(
      names = {"-o", "--output"},
      scope = ScopeType.INHERIT,
      paramLabel = "FORM",
      defaultValue = "text",
      description = "Output format: text, or json for one JSON object per line, errors included.")
  OutputForm output = OutputForm.TEXT;

  @Option(
      names = "--request-timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "Time limit of a call including all its retries (default: ${DEFAULT-VALUE}).")
  Duration requestTimeout = Duration.ZERO;

  @Option(
      names = "--user",
      scope = ScopeType.INHERIT,
      paramLabel = "NAME",
      defaultValue = "${env:METASTORE_USER:-}",
      description =
          "User to log in as (default: environment variable METASTORE_USER). The password is read"
              + " from --password-file, the environment variable METASTORE_PASSWORD, or the"
              + " terminal.")
  String user = "";

  @Option(
      names = "--password-file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "Read the password from the first line of FILE.")
  @Nullable Path passwordFile;

  @Option(
      names = "--cacert",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      defaultValue = "${env:METASTORE_CACERT}",
      description =
          "Use TLS and trust servers whose certificates were issued by the CA in this PEM file"
              + " (default: environment variable METASTORE_CACERT).")
  @Nullable Path authority;

  @Option(
      names = "--cert",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      defaultValue = "${env:METASTORE_CERT}",
      description =
          "Use TLS and present the client certificate in this PEM file (default: environment"
              + " variable METASTORE_CERT).")
  @Nullable Path certificate;

  @Option(
      names = "--key",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      defaultValue = "${env:METASTORE_KEY}",
      description =
          "The unencrypted private key for --cert, in PEM (default: environment variable"
              + " METASTORE_KEY).")
  @Nullable Path key;

  @Option(
      names = "--insecure-skip-tls-verify",
      scope = ScopeType.INHERIT,
      description = "Use TLS without verifying the servers' certificates. For testing only.")
  boolean trustsEverybody;

  @Option(
      names = {"-h", "--help"},
      scope = ScopeType.INHERIT,
      usageHelp = true,
      description = "Shows this help and exits.")
  @SuppressWarnings("UnusedVariable") // picocli reads this field
  private boolean help;

  protected Settings(Console console, Map<String, String> variables, Transport transport) {
    this.console = console;
    this.transport = transport;
    this.variables = variables;
  }

  /** The console that the commands write to. */
  public Console console() {
    return console;
  }

  /** Connects a client to the given endpoints. */
  MetastoreClient connect(List<String> to) throws CommandFailed {
    if (requestTimeout.isZero()) {
      throw new CommandFailed(ExitCode.USAGE, "--request-timeout must be positive");
    }
    MetastoreClient.Builder client =
        MetastoreClient.builder()
            .endpoints(to.stream().map(Endpoint::hostAndPort).toArray(String[]::new))
            .credentials(tlsFiles().credentials(to))
            .channels(transport::channelBuilder)
            .requestTimeout(requestTimeout);
    String token = variables.getOrDefault("METASTORE_TOKEN", "");
    if (!user.isEmpty()) {
      client.user(user, password());
    } else if (!token.isEmpty()) {
      client.token(token);
    }
    return client.build();
  }

  /**
   * A connection to the first endpoint, for calls that the client library does not have. The caller
   * shuts it down.
   */
  public ManagedChannel openChannel() throws CommandFailed {
    return openChannel(endpoints.get(0));
  }

  /** As {@link #openChannel()}, to another endpoint. */
  public ManagedChannel openChannel(String endpoint) throws CommandFailed {
    return openChannel(endpoint, tlsFiles());
  }

  /** As {@link #openChannel(String)}, with other options for TLS. */
  public ManagedChannel openChannel(String endpoint, TlsFiles files) throws CommandFailed {
    return transport
        .channelBuilder(
            "dns:///" + Endpoint.hostAndPort(endpoint), files.credentials(List.of(endpoint)))
        .build();
  }

  /** The servers that the command is for. */
  public List<String> endpoints() {
    return endpoints;
  }

  /** The user to log in as; empty for none. */
  public String user() {
    return user;
  }

  private TlsFiles tlsFiles() {
    return new TlsFiles(authority, certificate, key, trustsEverybody);
  }

  /** The password of {@link #user}. Prompts at most once. */
  public String password() throws CommandFailed {
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
