package io.metastore.cli.console;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.metastore.tls.KeyFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the options of a command say about TLS to a cluster.
 *
 * @param authority trusted CA; null for those of the JDK
 * @param certificate of the client; null for none
 * @param key the key of {@code certificate}; null for none
 * @param trustsEverybody whether certificates of servers are not checked
 */
public record TlsFiles(
    @Nullable Path authority,
    @Nullable Path certificate,
    @Nullable Path key,
    boolean trustsEverybody) {

  /** Whether no option asks for TLS. */
  public boolean isEmpty() {
    return authority == null && certificate == null && key == null && !trustsEverybody;
  }

  /**
   * TLS credentials if an option or the scheme of an endpoint asks for TLS, plain text otherwise.
   */
  ChannelCredentials credentials(List<String> endpoints) throws CommandFailed {
    if ((certificate == null) != (key == null)) {
      throw new CommandFailed(ExitCode.USAGE, "--cert and --key must be given together");
    }
    if (isEmpty() && endpoints.stream().noneMatch(Endpoint::asksForTls)) {
      return InsecureChannelCredentials.create();
    }
    KeyFiles identity = certificate == null || key == null ? null : new KeyFiles(certificate, key);
    try {
      return ClientTls.credentials(identity, authority, trustsEverybody);
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.USAGE, "cannot use the TLS files: " + e.getMessage());
    }
  }
}
