package io.metastore.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * TLS settings of the client port, the peer port, or a command.
 *
 * @param identity certificate presented to clients that connect to us; null if we only open
 *     connections
 * @param clientIdentity certificate presented to servers that we connect to; null to use {@code
 *     identity}
 * @param trustedCa PEM file or key store of the authorities whose certificates we accept; null for
 *     those of the JDK
 * @param trustedCaPassword password of the key store; empty for a PEM file
 * @param requiresClientCertificate whether clients must present a certificate
 * @param revocationList revoked certificates, PEM or DER; null for none
 * @param allowedNames allowed common names of the other side; empty for any
 * @param allowedHostnames the other side's certificate must be for one of these DNS names or IP
 *     addresses; empty for any
 * @param checksClientAddress whether a certificate with host names or addresses is only accepted
 *     from one of these hosts
 * @param trustsEverybody whether certificates of servers are not checked
 * @param cipherSuites the only ones to use, in this order, by IANA name; empty for the JDK's
 *     defaults. As in Go, TLS 1.3 is not affected
 */
public record TlsSettings(
    @Nullable KeyFiles identity,
    @Nullable KeyFiles clientIdentity,
    @Nullable Path trustedCa,
    String trustedCaPassword,
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
   * Settings of a client.
   *
   * @param identity null if the servers require no certificate
   * @param trustedCa null for the authorities of the JDK
   */
  public static TlsSettings client(
      @Nullable KeyFiles identity, @Nullable Path trustedCa, boolean trustsEverybody) {
    return new TlsSettings(
        null,
        identity,
        trustedCa,
        "",
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

  /** Settings of a server, which requires client certificates if an authority is given. */
  public static TlsSettings server(KeyFiles identity, @Nullable Path trustedCa) {
    return new TlsSettings(
        identity,
        null,
        trustedCa,
        "",
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

  /** The format in which etcd logs it. */
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
