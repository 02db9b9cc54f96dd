package io.metastore.core.api;

import com.google.protobuf.ByteString;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Hashes passwords and makes random secrets. This work is slow on purpose, or not deterministic, so
 * it is done before a command is proposed and never in apply. Thread-safe.
 *
 * <p>Futures complete on threads of their own; they fail with {@link StoreException.Overloaded} if
 * too many requests are waiting.
 */
public interface Credentials {
  /** bcrypt ignores the bytes of a password (in UTF-8) after this many. */
  int PASSWORD_BYTES_MAX = 72;

  /**
   * Computes the bcrypt hash of a password.
   *
   * @param password 0 to {@link #PASSWORD_BYTES_MAX} bytes of UTF-8
   */
  CompletableFuture<String> hash(String password);

  /**
   * Whether a password matches a hash. A wrong password takes as long as one of a user that does
   * not exist. The password that matched the same hash before is recognized at once, on the calling
   * thread.
   *
   * @param user the user to log in; only a few requests for one user may wait at a time
   * @param hash the stored hash; null if the user does not exist or has no password: the result is
   *     then false
   * @param client the address that the request came from; the waiting requests for one user are
   *     served in turn by client
   */
  CompletableFuture<Boolean> matches(
      String user, String password, @Nullable String hash, String client);

  /** Makes a random secret to sign tokens with. */
  ByteString newTokenSecret();

  /** Makes the random part of a {@link io.metastore.core.command.Login}'s token: 16 letters. */
  String newTokenNonce();
}
