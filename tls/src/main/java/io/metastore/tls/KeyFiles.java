package io.metastore.tls;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * The PEM files of a certificate and its private key.
 *
 * @param certificate may also contain the issuers' certificates, after the certificate itself
 */
public record KeyFiles(Path certificate, Path key) {
  public KeyFiles {
    requireNonNull(certificate, "certificate");
    requireNonNull(key, "key");
  }
}
