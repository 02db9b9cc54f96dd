package io.metastore.server.config;

import io.metastore.tls.SelfSignedFiles;
import io.metastore.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a member speaks TLS, at those of its URLs that ask for it.
 *
 * @param clients with clients; null if it has no certificate for them
 * @param peers with other members; null if it has no certificate for them
 */
public record TlsConfig(@Nullable Side clients, @Nullable Side peers) {

  /**
   * TLS with clients, or with members.
   *
   * @param ownCertificate to be made before the settings are used; null if the files are the user's
   */
  public record Side(TlsSettings settings, @Nullable OwnCertificate ownCertificate) {

    /**
     * The settings, when all files are there.
     *
     * @throws IOException if this member's own certificate cannot be written
     */
    public TlsSettings prepare() throws IOException {
      if (ownCertificate != null) {
        SelfSignedFiles.in(
            ownCertificate.directory(), ownCertificate.hosts(), ownCertificate.years());
      }
      return settings;
    }
  }

  /**
   * A certificate that the member makes itself when it first starts.
   *
   * @param hosts names and addresses that it is for
   * @param years how long it is valid
   */
  public record OwnCertificate(Path directory, List<String> hosts, long years) {
    public OwnCertificate {
      hosts = List.copyOf(hosts);
    }
  }
}
