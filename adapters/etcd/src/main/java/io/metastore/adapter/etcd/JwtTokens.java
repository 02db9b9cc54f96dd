package io.metastore.adapter.etcd;

import io.metastore.core.api.AccessRules;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Signed tokens that contain a user, the auth revision of its login, and an expiry time. They are
 * not stored: every member with the keys can issue and verify them, so they survive restarts. Any
 * change of users or permissions invalidates them for reading and writing keys.
 *
 * <p>The results for the last {@value #CHECKED_MAX} tokens in use are cached, because verifying a
 * token can take as long as the request.
 */
final class JwtTokens implements AuthTokens {
  private static final int CHECKED_MAX = 10_000;
  private static final String USERNAME = "username";
  private static final String REVISION = "revision";

  private final Metastore metastore;
  private final JwtKeys keys;
  private final LongSupplier clockMs;

  /** The verified tokens, the least recently used first. Guarded by itself. */
  private final Map<String, Checked> checked =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Checked> eldest) {
          return size() > CHECKED_MAX;
        }
      };

  /**
   * The contents of a token with a valid signature.
   *
   * @param fromMs since 1970; the token is valid from then on
   * @param toMs since 1970; the token is no longer valid from then on
   */
  private record Checked(Identity identity, long fromMs, long toMs) {}

  /**
   * @param clockMs milliseconds since 1970
   */
  JwtTokens(Metastore metastore, JwtKeys keys, LongSupplier clockMs) {
    this.metastore = metastore;
    this.keys = keys;
    this.clockMs = clockMs;
  }

  @Override
  public @Nullable Identity findOwner(String token, AccessRules rules) {
    Checked found = find(token);
    if (found == null) {
      found = check(token);
      if (found == null) {
        return null;
      }
      remember(token, found);
    }
    long now = clockMs.getAsLong();
    return found.fromMs() <= now && now < found.toMs() ? found.identity() : null;
  }

  private @Nullable Checked find(String token) {
    synchronized (checked) {
      return checked.get(token);
    }
  }

  private void remember(String token, Checked right) {
    synchronized (checked) {
      checked.put(token, right);
    }
  }

  private @Nullable Checked check(String token) {
    try {
      JsonWebSignature signature = keys.newSignature();
      signature.setAlgorithmConstraints(
          new AlgorithmConstraints(ConstraintType.PERMIT, keys.method()));
      signature.setCompactSerialization(token);
      signature.setKey(keys.checking());
      if (!signature.verifySignature()) {
        return null;
      }
      JwtClaims claims = JwtClaims.parse(signature.getPayload());
      Object user = claims.getClaimValue(USERNAME);
      Object revision = claims.getClaimValue(REVISION);
      return user instanceof String name && revision instanceof Number number
          ? new Checked(
              new Identity(name, number.longValue()),
              millis(claims.getNotBefore(), 0),
              millis(claims.getExpirationTime(), Long.MAX_VALUE))
          : null;
    } catch (JoseException | InvalidJwtException | MalformedClaimException e) {
      return null; // not a token, or signed with other keys
    }
  }

  private static long millis(@Nullable NumericDate date, long otherwise) {
    return date == null ? otherwise : date.getValueInMillis();
  }

  @Override
  public CompletableFuture<Outcome> give(String user, long authRevision) {
    if (keys.signing() == null) {
      throw EtcdError.VERIFY_ONLY.exception();
    }
    long revision = metastore.cluster().revision();
    return CompletableFuture.completedFuture(
        metastore.access().revision() == authRevision
            ? new Outcome.LoggedIn(revision, sign(user, authRevision))
            : new Outcome.Failed(revision, Failure.of(FailureCode.AUTH_CHANGED)));
  }

  /** A token as {@link #give} issues it. */
  String sign(String user, long authRevision) {
    JwtClaims claims = new JwtClaims();
    claims.setClaim(USERNAME, user);
    claims.setClaim(REVISION, authRevision);
    claims.setExpirationTime(
        NumericDate.fromMilliseconds(clockMs.getAsLong() + keys.ttl().toMillis()));
    JsonWebSignature signature = keys.newSignature();
    signature.setHeader("typ", "JWT");
    signature.setPayload(claims.toJson());
    signature.setKey(keys.signing());
    try {
      return signature.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException("the keys were tried at start", e);
    }
  }
}
