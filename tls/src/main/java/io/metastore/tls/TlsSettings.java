package io.metastore.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one side of this process speaks TLS with: its client port, its peer port, or a command.
 *
 * @param identity shown to whoever connects; null for one that only connects to others
 * @param clientIdentity shown to those we connect to; null for the one above
 * @param trustedCa whose certificates we accept; null for the authorities of the JDK
 * @param requiresClientCertificate whether whoever connects must show a certificate
 * @param revocationList certificates that are accepted no more, PEM or DER; null for none
 * @param allowedNames the other side's common name must be one of these; empty for any
 * @param allowedHostnames the other side's certificate must be for one of these DNS names or IP
 *     addresses; empty for any
 * @param checksClientAddress whether a certificate that names hosts counts only when the connection
 *     comes from one of them
 * @param trustsEverybody whether the certificates of those we connect to are not checked
 * @param cipherSuites the only ones to use, in this order, by their IANA names; empty for the
 *     JDK's. Those of TLS 1.3 are not affected, as in Go
 */
public record TlsSettings(
    @Nullable KeyFiles identity,
    @Nullable KeyFiles clientIdentity,
    @Nullable Path trustedCa,
    boolean requiresClientCertificate,
    @Nullable Path revocationList,
    Set<String> allowedNames,
    Set<String> allowedHostnames,
    boolean checksClientAddress,
    boolean trustsEverybody,
    List<String> cipherSuites,
    TlsVersion minVersion,
    TlsVersion maxVersion) {

  public TlsSettings {
    allowedNames = Set.copyOf(allowedNames);
    allowedHostnames = Set.copyOf(allowedHostnames);
    cipherSuites = List.copyOf(cipherSuites);
  }

  /**
   * For one that connects to servers.
   *
   * @param identity null if the servers ask for none
   * @param trustedCa null for the authorities of the JDK
   */
  public static TlsSettings client(
      @Nullable KeyFiles identity, @Nullable Path trustedCa, boolean trustsEverybody) {
    return new TlsSettings(
        null,
        identity,
        trustedCa,
        false,
        null,
        Set.of(),
        Set.of(),
        false,
        trustsEverybody,
        List.of(),
        TlsVersion.TLS_1_2,
        TlsVersion.TLS_1_3);
  }

  /** For one that is connected to, and asks for certificates if it is told an authority. */
  public static TlsSettings server(KeyFiles identity, @Nullable Path trustedCa) {
    return new TlsSettings(
        identity,
        null,
        trustedCa,
        trustedCa != null,
        null,
        Set.of(),
        Set.of(),
        false,
        false,
        List.of(),
        TlsVersion.TLS_1_2,
        TlsVersion.TLS_1_3);
  }

  /** As etcd logs it. */
  @Override
  public String toString() {
    return ("cert = %s, key = %s, client-cert=%s, client-key=%s, trusted-ca = %s,"
            + " client-cert-auth = %s, crl-file = %s")
        .formatted(
            text(identity == null ? null : identity.certificate()),
            text(identity == null ? null : identity.key()),
            text(clientIdentity == null ? null : clientIdentity.certificate()),
            text(clientIdentity == null ? null : clientIdentity.key()),
            text(trustedCa),
            requiresClientCertificate,
            text(revocationList));
  }

  private static String text(@Nullable Path path) {
    return path == null ? "" : path.toString();
  }
}
