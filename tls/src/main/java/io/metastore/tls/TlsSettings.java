package io.metastore.tls;

import java.nio.file.Path;
import java.util.Collection;
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
    return builder()
        .clientIdentity(identity)
        .trustedCa(trustedCa)
        .trustsEverybody(trustsEverybody)
        .build();
  }

  /** Settings of a server, which requires client certificates if an authority is given. */
  public static TlsSettings server(KeyFiles identity, @Nullable Path trustedCa) {
    return builder()
        .identity(identity)
        .trustedCa(trustedCa)
        .requiresClientCertificate(trustedCa != null)
        .build();
  }

  /** A builder of settings without certificates and rules. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts with these settings. */
  public Builder toBuilder() {
    return builder()
        .identity(identity)
        .clientIdentity(clientIdentity)
        .trustedCa(trustedCa)
        .trustedCaPassword(trustedCaPassword)
        .requiresClientCertificate(requiresClientCertificate)
        .revocationList(revocationList)
        .allowedNames(allowedNames)
        .allowedHostnames(allowedHostnames)
        .checksClientAddress(checksClientAddress)
        .trustsEverybody(trustsEverybody)
        .cipherSuites(cipherSuites)
        .versions(minVersion, maxVersion);
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

  /** Builds settings; each method sets the setting of the same name. Not thread-safe. */
  public static final class Builder {
    private @Nullable KeyFiles identity;
    private @Nullable KeyFiles clientIdentity;
    private @Nullable Path trustedCa;
    private String trustedCaPassword = "";
    private boolean requiresClientCertificate;
    private @Nullable Path revocationList;
    private Collection<String> allowedNames = Set.of();
    private Collection<String> allowedHostnames = Set.of();
    private boolean checksClientAddress;
    private boolean trustsEverybody;
    private List<String> cipherSuites = List.of();
    private TlsVersion minVersion = TlsVersion.TLS_1_2;
    private TlsVersion maxVersion = TlsVersion.TLS_1_3;

    private Builder() {}

    public Builder identity(@Nullable KeyFiles value) {
      identity = value;
      return this;
    }

    public Builder clientIdentity(@Nullable KeyFiles value) {
      clientIdentity = value;
      return this;
    }

    public Builder trustedCa(@Nullable Path value) {
      trustedCa = value;
      return this;
    }

    public Builder trustedCaPassword(String value) {
      trustedCaPassword = value;
      return this;
    }

    public Builder requiresClientCertificate(boolean value) {
      requiresClientCertificate = value;
      return this;
    }

    public Builder revocationList(@Nullable Path value) {
      revocationList = value;
      return this;
    }

    public Builder allowedNames(Collection<String> value) {
      allowedNames = value;
      return this;
    }

    public Builder allowedHostnames(Collection<String> value) {
      allowedHostnames = value;
      return this;
    }

    public Builder checksClientAddress(boolean value) {
      checksClientAddress = value;
      return this;
    }

    public Builder trustsEverybody(boolean value) {
      trustsEverybody = value;
      return this;
    }

    public Builder cipherSuites(List<String> value) {
      cipherSuites = value;
      return this;
    }

    public Builder versions(TlsVersion min, TlsVersion max) {
      minVersion = min;
      maxVersion = max;
      return this;
    }

    public TlsSettings build() {
      return new TlsSettings(
          identity,
          clientIdentity,
          trustedCa,
          trustedCaPassword,
          requiresClientCertificate,
          revocationList,
          Set.copyOf(allowedNames),
          Set.copyOf(allowedHostnames),
          checksClientAddress,
          trustsEverybody,
          cipherSuites,
          minVersion,
          maxVersion);
    }
  }
}
