package io.metastore.server;

import io.metastore.adapter.etcd.JwtKeys;
import io.metastore.server.config.JwtConfig;
import io.metastore.tls.PemFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/** Reads the keys that JSON Web Tokens are signed with. */
final class TokenKeys {
  private TokenKeys() {}

  /**
   * @return null if simple tokens are configured
   * @throws IOException if a file cannot be read or has no key for the method; with etcd's message
   *     where etcd has one
   */
  static @Nullable JwtKeys read(@Nullable JwtConfig config) throws IOException {
    if (config == null) {
      return null;
    }
    String method = config.method();
    Path privateFile = config.privateKey();
    Path publicFile = config.publicKey();
    if (!JwtKeys.isMethod(method)) {
      throw new IOException("auth: invalid auth options");
    }
    if (JwtKeys.isSecret(method)) {
      byte[] secret = privateFile == null ? new byte[0] : Files.readAllBytes(privateFile);
      if (secret.length == 0) {
        throw new IOException("auth: missing key data");
      }
      return JwtKeys.ofSecret(method, secret, config.ttl());
    }
    try {
      return JwtKeys.ofPair(
          method,
          publicFile == null ? null : PemFile.read(publicFile).publicKey(),
          privateFile == null ? null : PemFile.read(privateFile).privateKey(),
          config.ttl());
    } catch (GeneralSecurityException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
