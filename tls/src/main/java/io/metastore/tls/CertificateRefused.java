package io.metastore.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

/** The other side's certificate is not accepted; the message has Go's wording. */
final class CertificateRefused extends CertificateException {
  private static final long serialVersionUID = 1;

  private final transient X509Certificate certificate;

  CertificateRefused(X509Certificate certificate, String message) {
    super(message);
    this.certificate = certificate;
  }

  CertificateRefused(X509Certificate certificate, String message, Throwable cause) {
    super(message, cause);
    this.certificate = certificate;
  }

  X509Certificate certificate() {
    return certificate;
  }
}
