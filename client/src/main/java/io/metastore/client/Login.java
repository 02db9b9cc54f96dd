package io.metastore.client;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.metastore.api.v1.AclGrpc;
import io.metastore.api.v1.AuthenticateRequest;
import io.metastore.api.v1.ErrorDetail.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates calls with a token. The token is either given, or obtained with user and password
 * when it is first needed and again when the servers no longer accept it. Thread-safe.
 */
final class Login {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  /** Obtains a token; null for calls without authentication. */
  private final @Nullable Supplier<CompletableFuture<String>> source;

  private final boolean renewable;
  // Guarded by this.
  private @Nullable CompletableFuture<String> token;

  private Login(@Nullable Supplier<CompletableFuture<String>> source, boolean renewable) {
    this.source = source;
    this.renewable = renewable;
  }

  /** Calls without a token. */
  static Login nobody() {
    return new Login(null, false);
  }

  static Login withToken(String token) {
    return new Login(() -> CompletableFuture.completedFuture(token), false);
  }

  /** Logs in with a password. While access control is off, no token is available or needed. */
  static Login withPassword(Calls calls, String user, String password) {
    return new Login(() -> authenticate(calls, user, password).handle(Login::orNone), true);
  }

  /** Requests a token. */
  static CompletableFuture<String> authenticate(Calls calls, String user, String password) {
    AuthenticateRequest request =
        AuthenticateRequest.newBuilder().setUser(user).setPassword(password).build();
    // The call is safe to repeat, so a slow endpoint is given up early.
    return calls
        .withLogin(nobody())
        .unary(AclGrpc.getAuthenticateMethod(), request, Repeat.READ)
        .thenApply(answer -> answer.getToken());
  }

  /** The credentials for one attempt of a call. */
  Proof proof() {
    return new Proof();
  }

  private static String orNone(@Nullable String token, @Nullable Throwable failure) {
    if (failure == null && token != null) {
      return token;
    }
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof MetastoreException known && known.reason() == Reason.ACL_STATE) {
      return "";
    }
    throw new CompletionException(cause);
  }

  private synchronized CompletableFuture<String> token(Supplier<CompletableFuture<String>> from) {
    if (token == null || token.isCompletedExceptionally()) {
      token = from.get();
    }
    return token;
  }

  private synchronized void forget(@Nullable CompletableFuture<String> refused) {
    if (token == refused) {
      token = null;
    }
  }

  /** The credentials of one attempt of a call. */
  final class Proof extends CallCredentials {
    private volatile @Nullable CompletableFuture<String> shown;

    private Proof() {}

    CallOptions with(CallOptions options) {
      return source == null ? options : options.withCallCredentials(this);
    }

    /**
     * Obtains another token for the next attempt, after the servers refused this one. False if
     * there is no way to get one.
     */
    boolean renew() {
      if (renewable && shown != null) {
        forget(shown);
        return true;
      }
      return false;
    }

    /** Called when there is a connection, before the call is sent. */
    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier headers) {
      if (source == null) {
        throw new IllegalStateException("no login, no credentials");
      }
      CompletableFuture<String> awaited = token(source);
      shown = awaited;
      awaited.whenComplete(
          (text, failure) -> {
            if (failure != null) {
              Throwable cause =
                  failure instanceof CompletionException ? failure.getCause() : failure;
              headers.fail(Status.UNAUTHENTICATED.withDescription("login").withCause(cause));
              return;
            }
            Metadata metadata = new Metadata();
            if (!text.isEmpty()) {
              metadata.put(TOKEN, text);
            }
            headers.apply(metadata);
          });
    }
  }
}
