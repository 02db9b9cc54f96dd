package io.metastore.core.node;

import at.favre.lib.crypto.bcrypt.BCrypt;
import com.google.protobuf.ByteString;
import io.metastore.core.api.Credentials;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.Overloaded;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hashes passwords on the threads {@code password-*}. A hash takes a CPU core for about 50 ms, so
 * at least half of the cores are left to other work, and the number of waiting passwords is
 * bounded. Each user has a short queue of its own, and the queues are served in turn; so trying
 * many passwords for one user, or for users that do not exist, does not keep other users from
 * logging in. Within a queue the clients' addresses are served in turn. The password that a user
 * logged in with before is recognized without a hash and without waiting. Thread-safe.
 */
final class PasswordHasher implements Credentials, AutoCloseable {
  private static final int THREADS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  private static final int WAITING_MAX = 256;
  private static final int WAITING_PER_USER_MAX = 16;
  private static final int KNOWN_USERS_MAX = 10_000;
  private static final int TOKEN_SECRET_BYTES = 32;
  private static final int NONCE_CHARS = 16;
  private static final String NONCE_ALPHABET =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final long IDLE_S = 30;

  /** Lanes of requests without an existing user; no user has such a name. */
  private static final String HASHING = "\0hash";

  private static final String NOBODY = "\0nobody";

  private final SecureRandom random = new SecureRandom();
  private final KnownPasswords known = new KnownPasswords(KNOWN_USERS_MAX, random);
  private final int bcryptCost;

  /** Checked if a user has no hash, so that the response takes as long as for an existing user. */
  private final byte[] dummyHash;

  private final FairQueue<Work<?>> waiting = new FairQueue<>(WAITING_PER_USER_MAX, WAITING_MAX);
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          IDLE_S,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(), // never holds more than the lanes do
          Threads.numbered("password"));

  /**
   * @param bcryptCost cost of new hashes: binary logarithm of the number of rounds
   */
  PasswordHasher(int bcryptCost) {
    this.bcryptCost = bcryptCost;
    this.dummyHash = ascii("$2a$%02d$".formatted(bcryptCost) + ".".repeat(53));
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public CompletableFuture<String> hash(String password) {
    return run(
        HASHING,
        "",
        () ->
            new String(
                BCrypt.withDefaults().hash(bcryptCost, bytes(password)),
                StandardCharsets.US_ASCII));
  }

  @Override
  public CompletableFuture<Boolean> matches(
      String user, String password, @Nullable String hash, String client) {
    byte[] shown = bytes(password);
    if (shown.length > PASSWORD_BYTES_MAX) {
      return CompletableFuture.completedFuture(false);
    }
    if (hash == null) {
      return run(
          NOBODY,
          client,
          () -> {
            verify(shown, dummyHash);
            return false;
          });
    }
    if (known.matches(user, shown, hash)) {
      return CompletableFuture.completedFuture(true);
    }
    return run(
        user,
        client,
        () -> {
          boolean matches = verify(shown, ascii(hash));
          if (matches) {
            known.add(user, shown, hash);
          }
          return matches;
        });
  }

  @Override
  public ByteString newTokenSecret() {
    byte[] secret = new byte[TOKEN_SECRET_BYTES];
    random.nextBytes(secret);
    return ByteString.copyFrom(secret);
  }

  @Override
  public String newTokenNonce() {
    StringBuilder nonce = new StringBuilder(NONCE_CHARS);
    for (int i = 0; i < NONCE_CHARS; i++) {
      nonce.append(NONCE_ALPHABET.charAt(random.nextInt(NONCE_ALPHABET.length())));
    }
    return nonce.toString();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private <T> CompletableFuture<T> run(String lane, String client, Supplier<T> result) {
    Work<T> work = new Work<>(new CompletableFuture<>(), result);
    Work<?> refused = waiting.offer(lane, client, work);
    if (refused != null) {
      refused.done().completeExceptionally(new Overloaded("passwords"));
    }
    try {
      threads.execute(this::runNext);
    } catch (RejectedExecutionException e) {
      work.done().completeExceptionally(new NotServed(NotServed.Reason.STOPPED));
    }
    return work.done();
  }

  private void runNext() {
    Work<?> work = waiting.poll();
    if (work != null) {
      work.run();
    }
  }

  private record Work<T>(CompletableFuture<T> done, Supplier<T> result) {
    void run() {
      done.completeAsync(result, Runnable::run);
    }
  }

  private static boolean verify(byte[] password, byte[] hash) {
    return BCrypt.verifyer().verify(password, hash).verified;
  }

  private static byte[] bytes(String password) {
    return password.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] ascii(String hash) {
    return hash.getBytes(StandardCharsets.US_ASCII);
  }
}
