package io.metastore.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Accepts certificates of the authorities that are currently in the files, and of these only the
 * ones that {@link TlsSettings} allow.
 */
final class FileTrustManager extends X509ExtendedTrustManager {
  private final TlsSettings settings;
  private final FileBacked<X509ExtendedTrustManager> authorities;
  private final FileBacked<Set<BigInteger>> revoked;

  FileTrustManager(TlsSettings settings) throws IOException {
    this.settings = settings;
    Path ca = settings.trustedCa();
    this.authorities =
        new FileBacked<>(
            ca == null ? List.of() : List.of(ca),
            () -> authorities(ca, settings.trustedCaPassword()));
    Path list = settings.revocationList();
    this.revoked = new FileBacked<>(list == null ? List.of() : List.of(list), () -> revoked(list));
  }

  private static X509ExtendedTrustManager authorities(@Nullable Path file, String password)
      throws IOException, GeneralSecurityException {
    KeyStore certificates = null;
    if (file != null) {
      certificates = KeyStore.getInstance(KeyStore.getDefaultType());
      certificates.load(null, null);
      int number = 0;
      List<X509Certificate> trusted =
          PemFile.isPem(file)
              ? PemFile.read(file).certificates()
              : StoreFile.read(file, password).certificates();
      for (X509Certificate certificate : trusted) {
        certificates.setCertificateEntry(String.valueOf(number++), certificate);
      }
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(certificates);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new GeneralSecurityException("the JDK has no X.509 trust manager");
  }

  /** Revoked serial numbers, of any issuer: as in etcd, nothing else is compared. */
  private static Set<BigInteger> revoked(@Nullable Path file)
      throws IOException, GeneralSecurityException {
    Set<BigInteger> serials = new HashSet<>();
    if (file != null) {
      for (X509CRL list : PemFile.read(file).revocationLists()) {
        Set<? extends X509CRLEntry> entries = list.getRevokedCertificates();
        if (entries != null) {
          entries.forEach(entry -> serials.add(entry.getSerialNumber()));
        }
      }
    }
    return Set.copyOf(serials);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkClient(
        chain,
        engine.getPeerHost(),
        () -> authorities.get().checkClientTrusted(chain, authType, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkClient(
        chain,
        socket.getInetAddress().getHostAddress(),
        () -> authorities.get().checkClientTrusted(chain, authType, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkServer(chain, () -> authorities.get().checkServerTrusted(chain, authType, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkServer(chain, () -> authorities.get().checkServerTrusted(chain, authType, socket));
  }

  /** A check by the JDK's own trust manager. */
  private interface Verification {
    void run() throws CertificateException;
  }

  /**
   * @param address null if the client has none, as on a Unix socket
   */
  private void checkClient(
      X509Certificate[] chain, @Nullable String address, Verification verification)
      throws CertificateException {
    try {
      verification.run();
    } catch (CertificateException e) {
      throw refusal(chain, e);
    }
    requireAllowed(chain[0]);
    requireUnrevoked(chain);
    if (settings.checksClientAddress() && address != null) {
      try {
        ClientAddressCheck.require(CertificateNames.of(chain[0]), address);
      } catch (IllegalArgumentException e) {
        throw new CertificateRefused(chain[0], String.valueOf(e.getMessage()));
      }
    }
  }

  private void checkServer(X509Certificate[] chain, Verification verification)
      throws CertificateException {
    if (settings.trustsEverybody()) {
      return;
    }
    verification.run();
    requireAllowed(chain[0]);
    requireUnrevoked(chain);
  }

  private void requireAllowed(X509Certificate certificate) throws CertificateException {
    CertificateNames names = CertificateNames.of(certificate);
    boolean allowed =
        (settings.allowedNames().isEmpty() || settings.allowedNames().contains(names.commonName()))
            && (settings.allowedHostnames().isEmpty()
                || settings.allowedHostnames().stream().anyMatch(names::matches));
    if (!allowed) {
      throw new CertificateRefused(certificate, "client certificate authentication failed");
    }
  }

  private void requireUnrevoked(X509Certificate[] chain) throws CertificateException {
    Set<BigInteger> serials = revoked.get();
    for (X509Certificate certificate : chain) {
      if (serials.contains(certificate.getSerialNumber())) {
        throw new CertificateRefused(
            chain[0],
            "transport: certificate serial %x revoked".formatted(certificate.getSerialNumber()));
      }
    }
  }

  /** In Go's words, if it is the client's certificate and not one of its issuers'. */
  private static String validity(X509Certificate certificate, Throwable failure) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Instant begin = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    if (now.isAfter(end)) {
      return "current time %s is after %s".formatted(now, end);
    }
    return now.isBefore(begin)
        ? "current time %s is before %s".formatted(now, begin)
        : String.valueOf(failure.getMessage());
  }

  private CertificateException refusal(X509Certificate[] chain, CertificateException failure) {
    X509Certificate certificate = chain[0];
    String reason = "certificate signed by unknown authority" + hint(chain);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateExpiredException
          || cause instanceof CertificateNotYetValidException) {
        reason = "certificate has expired or is not yet valid: " + validity(certificate, cause);
      } else if (cause instanceof CertPathValidatorException invalid
          && invalid.getReason() == CertPathValidatorException.BasicReason.ALGORITHM_CONSTRAINED) {
        reason = "certificate uses an algorithm that is not allowed: " + cause.getMessage();
      } else if (String.valueOf(cause.getMessage()).contains("Extended key usage")) {
        reason = "certificate specifies an incompatible key usage";
      }
    }
    return new CertificateRefused(
        certificate, "tls: failed to verify certificate: x509: " + reason, failure);
  }

  /**
   * Go's hint at an authority that has the name of the issuer, but another key, which happens when
   * an authority was made anew. Empty if there is none.
   */
  private String hint(X509Certificate[] chain) {
    for (X509Certificate certificate : chain) {
      for (X509Certificate authority : getAcceptedIssuers()) {
        if (authority.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
          return " (possibly because of \"%s\" while trying to verify candidate authority certificate \"%s\")"
              .formatted(
                  verificationError(authority.getPublicKey()),
                  CertificateNames.of(authority).commonName());
        }
      }
    }
    return "";
  }

  private static String verificationError(PublicKey key) {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "crypto/rsa: verification error";
      case "EC" -> "x509: ECDSA verification failure";
      default -> "x509: Ed25519 verification failure";
    };
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.get().getAcceptedIssuers();
  }

  // Never called: without the connection, names and addresses cannot be checked.

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType) {
    throw new UnsupportedOperationException(
        "certificates cannot be checked without the connection");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType) {
    throw new UnsupportedOperationException(
        "certificates cannot be checked without the connection");
  }
}
