package io.metastore.adapter.etcd;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.List;
import javax.crypto.KeyAgreement;

/**
 * Derives public keys from private ones. The JDK has no call for this, but it provides all the
 * parts.
 */
final class PublicKeys {
  private static final byte[] PROBE = {1};

  private PublicKeys() {}

  /**
   * @throws InvalidKeyException if the key is not RSA, EC over a prime field, or Ed25519
   */
  static PublicKey of(PrivateKey key) throws GeneralSecurityException {
    if (key instanceof RSAPrivateCrtKey rsa) {
      return KeyFactory.getInstance("RSA")
          .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
    }
    if (key instanceof ECPrivateKey ec) {
      return ofEc(ec);
    }
    if (key instanceof EdECPrivateKey ed && ed.getBytes().isPresent()) {
      return ofEd(ed.getBytes().get());
    }
    throw new InvalidKeyException("not an RSA, EC or Ed25519 key");
  }

  /** The key generator derives a key pair from the random bytes that it is given. */
  private static PublicKey ofEd(byte[] seed) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
    generator.initialize(
        NamedParameterSpec.ED25519,
        new SecureRandom() {
          @Override
          public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
          }
        });
    return generator.generateKeyPair().getPublic();
  }

  /**
   * A key agreement with the curve's generator yields the x coordinate of the public point. Of the
   * two points with this coordinate, one verifies the key's signatures.
   */
  private static PublicKey ofEc(ECPrivateKey key) throws GeneralSecurityException {
    ECParameterSpec spec = key.getParams();
    KeyFactory factory = KeyFactory.getInstance("EC");
    KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
    agreement.init(key);
    agreement.doPhase(factory.generatePublic(new ECPublicKeySpec(spec.getGenerator(), spec)), true);
    BigInteger x = new BigInteger(1, agreement.generateSecret());
    BigInteger prime = prime(spec.getCurve());
    BigInteger y = root(spec.getCurve(), prime, x);
    for (BigInteger candidate : List.of(y, prime.subtract(y))) {
      PublicKey found =
          factory.generatePublic(new ECPublicKeySpec(new ECPoint(x, candidate), spec));
      if (verifies(found, key)) {
        return found;
      }
    }
    throw new InvalidKeyException("no public key matches the private key");
  }

  private static BigInteger prime(EllipticCurve curve) throws InvalidKeyException {
    if (curve.getField() instanceof ECFieldFp field) {
      return field.getP();
    }
    throw new InvalidKeyException("not an EC key over a prime field");
  }

  /**
   * The curve's y for x. The formula works for primes of the form 4k + 3, such as those of P-256 to
   * P-521.
   */
  private static BigInteger root(EllipticCurve curve, BigInteger prime, BigInteger x) {
    BigInteger square = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(prime);
    return square.modPow(prime.add(BigInteger.ONE).shiftRight(2), prime);
  }

  private static boolean verifies(PublicKey publicKey, PrivateKey key)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(PROBE);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(PROBE);
    return signature.verify(signed);
  }
}
