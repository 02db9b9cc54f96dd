package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.Credentials;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.Overloaded;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PasswordHasherTest {
  private static final String HOME = "home";
  private static final String ELSEWHERE = "elsewhere";

  private final PasswordHasher hasher = new PasswordHasher(10);

  @AfterEach
  void close() {
    hasher.close();
  }

  @Test
  void onlyThePasswordMatchesItsHash() throws Exception {
    String hash = hasher.hash("pässwörd").get(60, TimeUnit.SECONDS);

    // The same prefix as etcd's hashes.
    assertThat(hash).startsWith("$2a$10$").hasSize(60);
    assertThat(matches("pässwörd", hash)).isTrue();
    assertThat(matches("passwörd", hash)).isFalse();
    assertThat(matches("x".repeat(Credentials.PASSWORD_BYTES_MAX + 1), hash)).isFalse();
    assertThat(hasher.matches("ada", "pässwörd", null, HOME).get(60, TimeUnit.SECONDS)).isFalse();
  }

  @Test
  void hashesMadeByGoMatch() throws Exception {
    // From the tests of golang.org/x/crypto/bcrypt, password "allmine".
    assertThat(matches("allmine", "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga"))
        .isTrue();
  }

  @Test
  void tooManyAtOnceAreRefused() {
    List<CompletableFuture<String>> asked = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      asked.add(hasher.hash("p"));
    }
    CompletableFuture<String> last = asked.get(asked.size() - 1);
    assertThat(last)
        .failsWithin(60, TimeUnit.SECONDS)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(Overloaded.class);
  }

  @Test
  void theEmptyPasswordIsValid() throws Exception {
    String hash = hasher.hash("").get(60, TimeUnit.SECONDS);
    assertThat(matches("", hash)).isTrue();
    assertThat(matches("x", hash)).isFalse();
  }

  @Test
  void tryingManyPasswordsOfOneUserDoesNotKeepOthersFromLoggingIn() throws Exception {
    String hash = hasher.hash("p").get(60, TimeUnit.SECONDS);
    List<CompletableFuture<Boolean>> tried = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      tried.add(hasher.matches("ada", "wrong" + i, hash, HOME));
      tried.add(hasher.matches("nobody" + i, "wrong" + i, null, HOME));
    }

    assertThat(hasher.matches("bob", "p", hash, HOME).get(60, TimeUnit.SECONDS)).isTrue();

    assertThat(tried).as("some attempts are still waiting").anyMatch(attempt -> !attempt.isDone());
    assertThat(tried)
        .as("many attempts were refused")
        .anyMatch(CompletableFuture::isCompletedExceptionally);
  }

  @Test
  void theKnownPasswordOfAnAttackedUserIsRecognizedAtOnce() throws Exception {
    String hash = hasher.hash("p").get(60, TimeUnit.SECONDS);
    assertThat(matches("p", hash)).isTrue();
    List<CompletableFuture<Boolean>> tried = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      tried.add(hasher.matches("ada", "wrong" + i, hash, HOME));
    }

    assertThat(hasher.matches("ada", "p", hash, HOME)).isCompletedWithValue(true);

    assertThat(tried).as("some attempts are still waiting").anyMatch(attempt -> !attempt.isDone());
  }

  @Test
  void aKnownPasswordIsCheckedAgainWhenTheHashChanges() throws Exception {
    String hash = hasher.hash("p").get(60, TimeUnit.SECONDS);
    String same = hasher.hash("p").get(60, TimeUnit.SECONDS);
    String other = hasher.hash("q").get(60, TimeUnit.SECONDS);
    assertThat(matches("p", hash)).isTrue();

    assertThat(matches("p", other)).isFalse();
    assertThat(hasher.matches("ada", "p", null, HOME).get(60, TimeUnit.SECONDS)).isFalse();
    assertThat(matches("q", other)).isTrue();
    assertThat(matches("p", other)).isFalse();
    assertThat(matches("p", same)).as("the password was set again").isTrue();
  }

  @Test
  void anAttackFromOneAddressDoesNotKeepTheUserFromLoggingInElsewhere() throws Exception {
    String hash = hasher.hash("p").get(60, TimeUnit.SECONDS);
    List<CompletableFuture<Boolean>> tried = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      tried.add(hasher.matches("ada", "wrong" + i, hash, HOME));
    }

    assertThat(hasher.matches("ada", "p", hash, ELSEWHERE).get(60, TimeUnit.SECONDS)).isTrue();

    assertThat(tried).as("some attempts are still waiting").anyMatch(attempt -> !attempt.isDone());
  }

  @Test
  void aClosedHasherFailsRequests() {
    hasher.close();
    assertThat(hasher.hash("p"))
        .failsWithin(60, TimeUnit.SECONDS)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(NotServed.class);
  }

  private boolean matches(String password, String hash) throws Exception {
    return hasher.matches("ada", password, hash, HOME).get(60, TimeUnit.SECONDS);
  }
}
