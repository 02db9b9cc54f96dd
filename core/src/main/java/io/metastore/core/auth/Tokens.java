package io.metastore.core.auth;

import com.google.protobuf.ByteString;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signed tokens that name a user: {@code v1.CLAIMS.SIGNATURE}, both parts in base64url. The claims
 * are int64 expiry ‖ int64 password revision ‖ user name; the signature is the HMAC-SHA256 of
 * everything before the second dot.
 */
final class Tokens {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String VERSION = "v1";
  private static final char DOT = '.';
  private static final int CHARS_MAX = 4096;
  private static final int CLAIMS_BYTES_MIN = 16;

  /**
   * The content of a token.
   *
   * @param expiresMs milliseconds since 1970
   * @param passwordRevision the auth revision at which the user's password was set
   */
  record Claims(long expiresMs, long passwordRevision, String user) {}

  private Tokens() {}

  static String sign(ByteString secret, Claims claims) {
    byte[] bytes =
        new KeyWriter()
            .int64(claims.expiresMs())
            .int64(claims.passwordRevision())
            .bytes(ByteString.copyFromUtf8(claims.user()))
            .toBytes();
    String signed = VERSION + DOT + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    return signed
        + DOT
        + Base64.getUrlEncoder().withoutPadding().encodeToString(signature(secret, signed));
  }

  /** The claims of a token signed with this secret; null if the token is not valid. */
  static @Nullable Claims verify(ByteString secret, String token) {
    int signatureDot = token.lastIndexOf(DOT);
    if (token.length() > CHARS_MAX
        || signatureDot < VERSION.length() + 1
        || !token.startsWith(VERSION + DOT)) {
      return null;
    }
    String signed = token.substring(0, signatureDot);
    try {
      byte[] signature = Base64.getUrlDecoder().decode(token.substring(signatureDot + 1));
      // Constant-time comparison, so that response times reveal nothing about the signature.
      if (!MessageDigest.isEqual(signature, signature(secret, signed))) {
        return null;
      }
      byte[] claims = Base64.getUrlDecoder().decode(signed.substring(VERSION.length() + 1));
      if (claims.length < CLAIMS_BYTES_MIN) {
        return null;
      }
      KeyReader in = new KeyReader(claims);
      return new Claims(in.int64(), in.int64(), in.bytes().toStringUtf8());
    } catch (IllegalArgumentException e) {
      return null; // not base64, so not one of our tokens
    }
  }

  private static byte[] signature(ByteString secret, String signed) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.toByteArray(), ALGORITHM));
      return mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
