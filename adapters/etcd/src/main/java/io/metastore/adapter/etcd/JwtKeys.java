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
 * How tokens of the kind {@code jwt} are signed and checked.
 *
 * @param method etcd's name of the signature method, such as {@code RS256}
 * @param signing null if this member only checks tokens
 * @param ttl how long a token lives
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

  /** Whether a method has one secret, known to all who check, and not a pair of keys. */
  public static boolean isSecret(String method) {
    return method.startsWith("HS");
  }

  /**
   * For a method with one secret.
   *
   * @param secret as the file has it; not empty
   */
  public static JwtKeys ofSecret(String method, byte[] secret, Duration ttl) {
    Key key = new HmacKey(secret);
    return new JwtKeys(method, key, key, ttl);
  }

  /**
   * For a method with a pair of keys. Without the private key the member only checks tokens.
   *
   * @throws GeneralSecurityException if both are missing, do not belong together, or are not of the
   *     method's kind; the message has etcd's words where etcd has some
   */
  public static JwtKeys ofPair(
      String method, @Nullable PublicKey publicKey, @Nullable PrivateKey privateKey, Duration ttl)
      throws GeneralSecurityException {
    if (publicKey == null && privateKey == null) {
      throw new GeneralSecurityException("auth: missing key data");
    }
    PublicKey checking = publicKey == null ? PublicKeys.of(requireNonNull(privateKey)) : publicKey;
    JwtKeys keys = new JwtKeys(method, privateKey, checking, ttl);
    if (privateKey != null && !keys.signsWhatItChecks()) {
      throw new GeneralSecurityException("auth: public and private keys don't match");
    }
    return keys;
  }

  private boolean signsWhatItChecks() throws GeneralSecurityException {
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
    // etcd takes keys of any size, so do we.
    signature.setDoKeyValidation(false);
    return signature;
  }
}
