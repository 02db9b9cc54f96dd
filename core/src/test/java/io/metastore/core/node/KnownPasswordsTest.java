package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

final class KnownPasswordsTest {
  private final KnownPasswords known = new KnownPasswords(2, new SecureRandom());

  @Test
  void onlyThePasswordThatMatchedTheSameHashIsKnown() {
    add("ada", "p", "hash");

    assertThat(matches("ada", "p", "hash")).isTrue();
    assertThat(matches("ada", "q", "hash")).isFalse();
    assertThat(matches("bob", "p", "hash")).isFalse();
    assertThat(matches("ada", "p", "other hash")).isFalse();
    assertThat(matches("ada", "p", "hash")).as("forgotten with the change").isFalse();
  }

  @Test
  void aWrongPasswordDoesNotMakeTheRightOneForgotten() {
    add("ada", "p", "hash");
    assertThat(matches("ada", "q", "hash")).isFalse();
    assertThat(matches("ada", "p", "hash")).isTrue();
  }

  @Test
  void theUserWhoLoggedInLeastRecentlyIsForgotten() {
    add("ada", "p", "hash");
    add("bob", "p", "hash");
    assertThat(matches("ada", "p", "hash")).isTrue();
    add("eve", "p", "hash");

    assertThat(matches("ada", "p", "hash")).isTrue();
    assertThat(matches("bob", "p", "hash")).isFalse();
    assertThat(matches("eve", "p", "hash")).isTrue();
  }

  private void add(String user, String password, String hash) {
    known.add(user, password.getBytes(StandardCharsets.UTF_8), hash);
  }

  private boolean matches(String user, String password, String hash) {
    return known.matches(user, password.getBytes(StandardCharsets.UTF_8), hash);
  }
}
