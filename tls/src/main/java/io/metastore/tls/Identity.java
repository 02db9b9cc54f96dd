package io.metastore.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Our private key and its certificate chain.
 *
 * @param chain our own certificate first
 */
record Identity(List<X509Certificate> chain, PrivateKey key) {
  Identity {
    chain = List.copyOf(chain);
  }

  /**
   * Reads both files.
   *
   * @throws GeneralSecurityException if they cannot be used or do not match
   */
  static Identity read(KeyFiles files) throws IOException, GeneralSecurityException {
    Identity identity = readAny(files);
    if (!isPair(identity.key(), identity.publicKey())) {
      throw new InvalidKeyException("tls: private key does not match public key");
    }
    return identity;
  }

  private static Identity readAny(KeyFiles files) throws IOException, GeneralSecurityException {
    return PemFile.isPem(files.certificate())
        ? new Identity(
            PemFile.read(files.certificate()).certificates(),
            PemFile.read(files.key()).privateKey())
        : StoreFile.read(files.certificate(), files.storePassword()).identity();
  }

  /** {@code RSA}, {@code EC} or {@code EdDSA}: the JDK's TLS names for types of keys. */
  String keyType() {
    return publicKey().getAlgorithm();
  }

  private PublicKey publicKey() {
    return chain.get(0).getPublicKey();
  }

  static boolean isPair(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
    String algorithm =
        switch (publicKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> publicKey.getAlgorithm();
        };
    byte[] probe = {1};
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(probe);
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(publicKey);
      verifier.update(probe);
      return verifier.verify(signer.sign());
    } catch (InvalidKeyException e) {
      return false;
    }
  }
}
