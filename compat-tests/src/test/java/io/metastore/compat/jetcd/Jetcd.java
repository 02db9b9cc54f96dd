package io.metastore.compat.jetcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.common.exception.EtcdException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.compat.process.Await;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Helpers that convert to and from text, and wait for replies with a deadline. */
public final class Jetcd {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private Jetcd() {}

  public static ByteSequence bytes(String text) {
    return ByteSequence.from(text, UTF_8);
  }

  public static String text(ByteSequence bytes) {
    return bytes.toString(UTF_8);
  }

  /** A name that no other test of this run uses, because the tests share a server. */
  public static String fresh(String word) {
    return word + NAMES.incrementAndGet() + "/";
  }

  /** The key-values as {@code key=value}. */
  public static List<String> texts(List<KeyValue> pairs) {
    return pairs.stream().map(pair -> text(pair.getKey()) + "=" + text(pair.getValue())).toList();
  }

  /** Waits for the reply; throws the server's error unchanged. */
  public static <T> T get(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw new AssertionError(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("no answer within " + Await.PATIENCE, e);
    }
  }

  /** Waits for the server's error, as {@code OUT_OF_RANGE: text}. */
  public static String refusal(CompletableFuture<?> future) throws InterruptedException {
    try {
      throw new AssertionError("was not refused: " + get(future));
    } catch (EtcdException e) {
      return e.getErrorCode() + ": " + e.getMessage();
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      return status.getCode() + ": " + status.getDescription();
    }
  }
}
