package io.metastore.core.node;

import at.favre.lib.crypto.bcrypt.BCrypt;
import com.google.protobuf.ByteString;
import io.metastore.core.api.Credentials;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.Overloaded;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hashes passwords, on the threads {@code password-*}: each takes a core for about a twentieth of a
 * second, so few run at a time and a bounded number waits. Thread-safe.
 */
final class PasswordDesk implements Credentials, AutoCloseable {
  /** Source: etcd's {@code --bcrypt-cost}. */
  private static final int BCRYPT_COST = 10;

  private static final int THREADS = 2;
  private static final int WAITING_MAX = 64;
  private static final int TOKEN_SECRET_BYTES = 32;
  private static final long IDLE_S = 30;

  /** Checked in place of a hash that is not there, so that the answer takes as long. */
  private static final String NOBODYS = "$2a$10$" + ".".repeat(53);

  private final SecureRandom random = new SecureRandom();
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          IDLE_S,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING_MAX),
          Threads.numbered("password"));

  PasswordDesk() {
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public CompletableFuture<String> hash(String password) {
    return run(
        () ->
            new String(
                BCrypt.withDefaults().hash(BCRYPT_COST, bytes(password)),
                StandardCharsets.US_ASCII));
  }

  @Override
  public CompletableFuture<Boolean> matches(String password, @Nullable String hash) {
    byte[] shown = bytes(password);
    if (shown.length > PASSWORD_BYTES_MAX) {
      return CompletableFuture.completedFuture(false);
    }
    byte[] stored = (hash == null ? NOBODYS : hash).getBytes(StandardCharsets.US_ASCII);
    return run(() -> BCrypt.verifyer().verify(shown, stored).verified && hash != null);
  }

  @Override
  public ByteString newTokenSecret() {
    byte[] secret = new byte[TOKEN_SECRET_BYTES];
    random.nextBytes(secret);
    return ByteString.copyFrom(secret);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private <T> CompletableFuture<T> run(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(
          threads.isShutdown()
              ? new NotServed(NotServed.Reason.STOPPED)
              : new Overloaded("passwords"));
    }
  }

  private static byte[] bytes(String password) {
    return password.getBytes(StandardCharsets.UTF_8);
  }
}
