package io.metastore.tls;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * Where a certificate and its private key are, in PEM.
 *
 * @param certificate with the certificates of its issuers behind it, if clients lack them
 */
public record KeyFiles(Path certificate, Path key) {
  public KeyFiles {
    requireNonNull(certificate, "certificate");
    requireNonNull(key, "key");
  }
}
