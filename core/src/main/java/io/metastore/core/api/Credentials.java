package io.metastore.core.api;

import com.google.protobuf.ByteString;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The part of access control that is slow on purpose, or random, and so happens before a command is
 * proposed. Thread-safe.
 *
 * <p>Futures complete on threads of their own, or exceptionally with {@link
 * StoreException.Overloaded} if too many wait.
 */
public interface Credentials {
  /** More bytes of UTF-8 than these bcrypt does not look at. */
  int PASSWORD_BYTES_MAX = 72;

  /**
   * The bcrypt hash of a password.
   *
   * @param password 0 to {@link #PASSWORD_BYTES_MAX} bytes of UTF-8
   */
  CompletableFuture<String> hash(String password);

  /**
   * Whether a hash is this password's. Takes as long for a user that does not exist.
   *
   * @param user whose password it is said to be; few of one user's wait at a time
   * @param hash null if there is none: the answer is no
   */
  CompletableFuture<Boolean> matches(String user, String password, @Nullable String hash);

  /** What tokens can be signed with. */
  ByteString newTokenSecret();

  /** The random part of a {@link io.metastore.core.command.Login}'s token: 16 letters. */
  String newTokenNonce();
}
