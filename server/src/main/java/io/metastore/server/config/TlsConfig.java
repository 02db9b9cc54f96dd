package io.metastore.server.config;

import io.metastore.tls.SelfSignedFiles;
import io.metastore.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS settings of a member, for those of its URLs that use TLS.
 *
 * @param clients for client connections; null if there is no certificate for them
 * @param peers for connections between members; null if there is no certificate for them
 */
public record TlsConfig(@Nullable Side clients, @Nullable Side peers) {

  /**
   * TLS settings for clients or for members.
   *
   * @param ownCertificate to be created before the settings are used; null if the user provides the
   *     files
   */
  public record Side(TlsSettings settings, @Nullable OwnCertificate ownCertificate) {

    /**
     * The settings, after the self-signed certificate was created if necessary.
     *
     * @throws IOException if the certificate cannot be written
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
   * A self-signed certificate that the member creates at its first start.
   *
   * @param hosts DNS names and IP addresses in the certificate
   * @param years its validity
   */
  public record OwnCertificate(Path directory, List<String> hosts, long years) {
    public OwnCertificate {
      hosts = List.copyOf(hosts);
    }
  }
}
