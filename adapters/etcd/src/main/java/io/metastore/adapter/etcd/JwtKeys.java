package io.metastore.adapter.etcd;

import static java.util.Objects.requireNonNull;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Set;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * The keys that sign and verify tokens of the kind {@code jwt}.
 *
 * @param method etcd's name of the signature method, such as {@code RS256}
 * @param signing null if this member only verifies tokens
 * @param ttl the lifetime of a token
 */
public record JwtKeys(String method, @Nullable Key signing, Key checking, Duration ttl) {
  private static final Set<String> METHODS =
      Set.of(
          AlgorithmIdentifiers.HMAC_SHA256,
          AlgorithmIdentifiers.HMAC_SHA384,
          AlgorithmIdentifiers.HMAC_SHA512,
          AlgorithmIdentifiers.RSA_USING_SHA256,
          AlgorithmIdentifiers.RSA_USING_SHA384,
          AlgorithmIdentifiers.RSA_USING_SHA512,
          AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
          AlgorithmIdentifiers.RSA_PSS_USING_SHA384,
          AlgorithmIdentifiers.RSA_PSS_USING_SHA512,
          AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
          AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
          AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512,
          AlgorithmIdentifiers.EDDSA);

  public JwtKeys {
    requireNonNull(method, "method");
    requireNonNull(checking, "checking");
    requireNonNull(ttl, "ttl");
  }

  public static boolean isMethod(String name) {
    return METHODS.contains(name);
  }

  /** Whether the method uses one shared secret instead of a key pair. */
  public static boolean isSecret(String method) {
    return method.startsWith("HS");
  }

  /**
   * Keys for a method with a shared secret.
   *
   * @param secret the contents of the file; not empty
   */
  public static JwtKeys ofSecret(String method, byte[] secret, Duration ttl) {
    Key key = new HmacKey(secret);
    return new JwtKeys(method, key, key, ttl);
  }

  /**
   * Keys for a method with a key pair. Without the private key, the member only verifies tokens.
   *
   * @throws GeneralSecurityException if both keys are missing, do not match, or do not suit the
   *     method; the message is etcd's, where etcd has one
   */
  public static JwtKeys ofPair(
      String method, @Nullable PublicKey publicKey, @Nullable PrivateKey privateKey, Duration ttl)
      throws GeneralSecurityException {
    if (publicKey == null && privateKey == null) {
      throw new GeneralSecurityException("auth: missing key data");
    }
    PublicKey checking = publicKey == null ? PublicKeys.of(requireNonNull(privateKey)) : publicKey;
    JwtKeys keys = new JwtKeys(method, privateKey, checking, ttl);
    if (privateKey != null && !keys.keysMatch()) {
      throw new GeneralSecurityException("auth: public and private keys don't match");
    }
    return keys;
  }

  private boolean keysMatch() throws GeneralSecurityException {
    try {
      JsonWebSignature signed = newSignature();
      signed.setPayload("probe");
      signed.setKey(signing);
      JsonWebSignature checked = newSignature();
      checked.setCompactSerialization(signed.getCompactSerialization());
      checked.setKey(checking);
      return checked.verifySignature();
    } catch (JoseException e) {
      throw new GeneralSecurityException("the keys are not for " + method, e);
    }
  }

  /** A signature of this method, without content or key. */
  JsonWebSignature newSignature() {
    JsonWebSignature signature = new JsonWebSignature();
    signature.setAlgorithmHeaderValue(method);
    // Like etcd, accept keys of any size.
    signature.setDoKeyValidation(false);
    return signature;
  }
}
