package io.metastore.core.node;

import com.google.protobuf.ByteString;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The passwords of users who have logged in, as digests in memory, so that their next login needs
 * no bcrypt. A digest is the HMAC-SHA-256 of the password under a random key of this process; it is
 * kept together with the stored hash that the password matched, and is worth nothing once the user
 * has another hash. A new user beyond the limit replaces the one who logged in least recently.
 * Guarded by itself.
 */
final class KnownPasswords {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 32;

  private final int usersMax;
  private final SecretKeySpec key;

  /** By user, in access order. */
  private final Map<String, Known> users = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param hash the stored hash that the password matched
   */
  private record Known(String hash, ByteString digest) {}

  /**
   * @param usersMax maximum number of users whose digest is kept
   */
  KnownPasswords(int usersMax, SecureRandom random) {
    this.usersMax = usersMax;
    byte[] secret = new byte[KEY_BYTES];
    random.nextBytes(secret);
    this.key = new SecretKeySpec(secret, ALGORITHM);
  }

  /** Remembers a password that bcrypt has found to match the hash. */
  void add(String user, byte[] password, String hash) {
    Known known = new Known(hash, ByteString.copyFrom(digest(password)));
    synchronized (users) {
      users.put(user, known);
      if (users.size() > usersMax) {
        users.remove(users.keySet().iterator().next());
      }
    }
  }

  /**
   * Whether this is the password that matched this hash before. If not, only bcrypt can tell
   * whether it is right.
   */
  boolean matches(String user, byte[] password, String hash) {
    Known known = find(user, hash);
    return known != null && MessageDigest.isEqual(known.digest().toByteArray(), digest(password));
  }

  private @Nullable Known find(String user, String hash) {
    synchronized (users) {
      Known known = users.get(user);
      if (known != null && !known.hash().equals(hash)) {
        users.remove(user);
        return null;
      }
      return known;
    }
  }

  private byte[] digest(byte[] password) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(password);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
