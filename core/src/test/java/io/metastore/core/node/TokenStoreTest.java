package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.AccessRules;
import io.metastore.core.auth.GivenToken;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TokenStoreTest {
  private static final AccessRules ALL_VALID = rules(true);

  private long nowNanos;
  private final TokenStore tokens = new TokenStore(() -> nowNanos, Duration.ofNanos(10));

  @Test
  void aTokenStaysValidWhileItIsUsed() {
    give("t");
    nowNanos = 10;
    assertThat(tokens.findOwner("t", ALL_VALID)).isEqualTo("ada");
    nowNanos = 20;
    assertThat(tokens.findOwner("t", ALL_VALID)).as("last used at 10").isEqualTo("ada");
    nowNanos = 31;
    assertThat(tokens.findOwner("t", ALL_VALID)).isNull();
  }

  @Test
  void usingOneTokenDoesNotExtendAnother() {
    give("t");
    give("u");
    nowNanos = 10;
    tokens.findOwner("t", ALL_VALID);
    nowNanos = 11;
    assertThat(tokens.findOwner("u", ALL_VALID)).isNull();
    assertThat(tokens.findOwner("t", ALL_VALID)).isEqualTo("ada");
  }

  @Test
  void aTokenThatTheRulesInvalidateHasNoOwner() {
    give("t");
    assertThat(tokens.findOwner("t", rules(false))).isNull();
    assertThat(tokens.findOwner("unknown", ALL_VALID)).isNull();
  }

  @Test
  void theLeastRecentlyUsedTokenIsReplaced() {
    give("used");
    give("unused");
    tokens.findOwner("used", ALL_VALID);
    tokens.add(
        IntStream.range(0, TokenStore.TOKENS_MAX - 1)
            .mapToObj(i -> new GivenToken("t" + i, "bob", 1))
            .toList());

    assertThat(tokens.findOwner("unused", ALL_VALID)).isNull();
    assertThat(tokens.findOwner("used", ALL_VALID)).isEqualTo("ada");
  }

  private void give(String token) {
    tokens.add(List.of(new GivenToken(token, "ada", 1)));
  }

  /** Rules under which every login is valid, or none. */
  private static AccessRules rules(boolean valid) {
    return (AccessRules)
        Proxy.newProxyInstance(
            AccessRules.class.getClassLoader(),
            new Class<?>[] {AccessRules.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("isLoginValid");
              return valid;
            });
  }
}
