package io.metastore.core.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {
  private static final ByteString SECRET = ByteString.copyFromUtf8("secret");
  private static final Tokens.Claims CLAIMS = new Tokens.Claims(1_000, 7, "ädä");

  @Test
  void signedTokenIsVerified() {
    assertThat(Tokens.verify(SECRET, Tokens.sign(SECRET, CLAIMS))).isEqualTo(CLAIMS);
  }

  @Test
  void anotherSecretRejectsTheToken() {
    assertThat(Tokens.verify(ByteString.copyFromUtf8("other"), Tokens.sign(SECRET, CLAIMS)))
        .isNull();
  }

  @Test
  void everyChangedCharacterIsDetected() {
    String token = Tokens.sign(SECRET, CLAIMS);
    // The last character of a base64 encoding has unused bits.
    for (int i = 0; i < token.length() - 1; i++) {
      String changed =
          token.substring(0, i) + (token.charAt(i) == 'A' ? 'B' : 'A') + token.substring(i + 1);
      assertThat(Tokens.verify(SECRET, changed)).as("changed at %s", i).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "v1", "v1.", "v1..", "v1.AAAA.AAAA", "v1.§.§", "v2.AA.AA", "x"})
  void nonsenseIsRejected(String token) {
    assertThat(Tokens.verify(SECRET, token)).isNull();
  }

  @Test
  void signedButTooShortIsRejected() {
    String token = Tokens.sign(SECRET, CLAIMS);
    assertThat(Tokens.verify(SECRET, token + "x".repeat(5000))).isNull();
  }
}
