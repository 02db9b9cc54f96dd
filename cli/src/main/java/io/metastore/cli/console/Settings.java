package io.metastore.cli.console;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.metastore.client.MetastoreClient;
import io.metastore.tls.KeyFiles;
import io.metastore.tls.TlsContext;
import io.metastore.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every command takes, before its name or behind it. */
public abstract class Settings {
  private static final String HTTPS = "https://";

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
          "Who calls, where access control is on (default: the variable METASTORE_USER). The"
              + " password comes from --password-file, the variable METASTORE_PASSWORD, or the"
              + " terminal.")
  String user = "";

  @Option(
      names = "--password-file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "The password is this file's first line.")
  @Nullable Path passwordFile;

  @Option(
      names = "--cacert",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      defaultValue = "${env:METASTORE_CACERT}",
      description =
          "Speak TLS, and trust servers whose certificates are of an authority in this PEM file"
              + " (default: the variable METASTORE_CACERT).")
  @Nullable Path authority;

  @Option(
      names = "--cert",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      defaultValue = "${env:METASTORE_CERT}",
      description =
          "Speak TLS, and show the servers the certificate in this PEM file (default: the variable"
              + " METASTORE_CERT).")
  @Nullable Path certificate;

  @Option(
      names = "--key",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      defaultValue = "${env:METASTORE_KEY}",
      description =
          "The private key of --cert, in PEM and not encrypted (default: the variable"
              + " METASTORE_KEY).")
  @Nullable Path key;

  @Option(
      names = "--insecure-skip-tls-verify",
      scope = ScopeType.INHERIT,
      description =
          "Speak TLS with whoever answers: the servers' certificates are not checked. Only for"
              + " tests.")
  boolean trustsEverybody;

  @Option(
      names = {"-h", "--help"},
      scope = ScopeType.INHERIT,
      usageHelp = true,
      description = "Shows this and exits.")
  @SuppressWarnings("UnusedVariable") // picocli looks at it
  private boolean help;

  protected Settings(Console console, Map<String, String> variables, Transport transport) {
    this.console = console;
    this.transport = transport;
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
            .endpoints(
                to.stream().map(endpoint -> endpoint.replace(HTTPS, "")).toArray(String[]::new))
            .credentials(credentials(to))
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

  /** TLS if an option asks for it, or an endpoint does. */
  private ChannelCredentials credentials(List<String> to) throws CommandFailed {
    if ((certificate == null) != (key == null)) {
      throw new CommandFailed(ExitCode.USAGE, "--cert and --key must be given together");
    }
    KeyFiles identity = certificate == null || key == null ? null : new KeyFiles(certificate, key);
    if (identity == null
        && authority == null
        && !trustsEverybody
        && to.stream().noneMatch(endpoint -> endpoint.startsWith(HTTPS))) {
      return InsecureChannelCredentials.create();
    }
    try {
      TlsContext tls = TlsContext.client(TlsSettings.client(identity, authority, trustsEverybody));
      TlsChannelCredentials.Builder credentials =
          TlsChannelCredentials.newBuilder().trustManager(tls.trustManager());
      if (tls.keyManager() != null) {
        credentials.keyManager(tls.keyManager());
      }
      return credentials.build();
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.USAGE, "cannot use the TLS files: " + e.getMessage());
    }
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
