package io.metastore.bench;

import io.metastore.bench.server.Access;
import io.metastore.bench.server.Access.Certificates;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for servers that demand a login or certificates. */
final class AccessOptions {
  @Option(
      names = "--root-password",
      description =
          "Log in as root with this password; servers that are started here get auth enabled with it.")
  @Nullable String rootPassword;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "Use TLS; the certificates of this authority are trusted.")
  @Nullable Path authority;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description =
          "For TLS: the client's certificate; servers that are started here use the same one and"
              + " demand one.")
  @Nullable Path certificate;

  @Option(names = "--key", paramLabel = "FILE", description = "For TLS: the certificate's key.")
  @Nullable Path key;

  /**
   * The access that the options describe.
   *
   * @throws IllegalArgumentException if only some of the files are given
   */
  Access access() {
    if (authority == null && certificate == null && key == null) {
      return new Access(rootPassword, null);
    }
    if (authority == null || certificate == null || key == null) {
      throw new IllegalArgumentException("--cacert, --cert and --key go together");
    }
    return new Access(rootPassword, new Certificates(authority, certificate, key));
  }
}
