package io.metastore.tls;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * The files of a certificate and its private key: PEM files, or one key store (PKCS #12 or JKS) for
 * both.
 *
 * @param certificate may also contain the issuers' certificates, after the certificate itself
 * @param storePassword the password of the key store; empty for PEM files
 */
public record KeyFiles(Path certificate, Path key, String storePassword) {
  public KeyFiles {
    requireNonNull(certificate, "certificate");
    requireNonNull(key, "key");
    requireNonNull(storePassword, "storePassword");
  }

  /** PEM files. */
  public KeyFiles(Path certificate, Path key) {
    this(certificate, key, "");
  }

  /** Does not contain the password. */
  @Override
  public String toString() {
    return "KeyFiles[certificate=%s, key=%s]".formatted(certificate, key);
  }
}
