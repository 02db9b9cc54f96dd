package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.ServiceFixture.assertFails;
import static io.metastore.adapter.etcd.Values.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.metastore.core.api.AccessRules;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddRequest;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JwtTest {
  private static final Duration TTL = Duration.ofMinutes(5);

  private final FakeMetastore store = new FakeMetastore();
  private final AccessRules rules = new FakeAccess(true);
  private long nowMs = 1_000_000;

  JwtTest() {
    store.access = rules;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
        "HS256", "HS384", "HS512"
      })
  void everyMethodSignsWhatItChecks(String method) throws Exception {
    JwtKeys keys = keys(method);
    String token = give(keys, "ada", 1);

    assertThat(tokens(keys).findOwner(token, rules)).isEqualTo(new Identity("ada", 1));
    assertThat(tokens(keys(method)).findOwner(token, rules)).as("signed by others").isNull();
    String other = give(keys, "bob", 1);
    String mixed =
        token.substring(0, token.lastIndexOf('.')) + other.substring(other.lastIndexOf('.'));
    assertThat(tokens(keys).findOwner(mixed, rules)).as("another token's signature").isNull();
  }

  @Test
  void tokenHasTheSameContentsAsEtcds() throws Exception {
    String[] parts = give(keys("HS256"), "ada", 7).split("\\.", 3);
    assertThat(decoded(parts[0])).contains("\"alg\":\"HS256\"", "\"typ\":\"JWT\"");
    assertThat(decoded(parts[1])).isEqualTo("{\"username\":\"ada\",\"revision\":7,\"exp\":1300}");
  }

  @Test
  void aTokenExpires() throws Exception {
    JwtKeys keys = keys("HS256");
    JwtTokens tokens = tokens(keys);
    String token = give(keys, "ada", 1);
    assertThat(tokens.findOwner(token, rules)).isNotNull();
    nowMs += TTL.toMillis();
    assertThat(tokens.findOwner(token, rules)).isNull();
  }

  @Test
  void invalidTokensIdentifyNobody() throws Exception {
    JwtTokens tokens = tokens(keys("HS256"));
    assertThat(tokens.findOwner("", rules)).isNull();
    assertThat(tokens.findOwner("a.b.c", rules)).isNull();
    // {"alg":"none"}, {"username":"root","revision":1}, no signature.
    assertThat(
            tokens.findOwner(
                encoded("{\"alg\":\"none\"}")
                    + "."
                    + encoded("{\"username\":\"root\",\"revision\":1}")
                    + ".",
                rules))
        .isNull();
  }

  @Test
  void publicAndPrivateKeyMustMatch() throws Exception {
    KeyPair some = pair("ES256");
    KeyPair others = pair("ES256");
    assertThatThrownBy(() -> JwtKeys.ofPair("ES256", others.getPublic(), some.getPrivate(), TTL))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessage("auth: public and private keys don't match");
    assertThatThrownBy(() -> JwtKeys.ofPair("ES256", null, null, TTL))
        .hasMessage("auth: missing key data");
    assertThatThrownBy(() -> JwtKeys.ofPair("RS256", null, some.getPrivate(), TTL))
        .isInstanceOf(GeneralSecurityException.class);

    JwtTokens checking = tokens(JwtKeys.ofPair("ES256", some.getPublic(), null, TTL));
    String token = give(JwtKeys.ofPair("ES256", null, some.getPrivate(), TTL), "ada", 1);
    assertThat(checking.findOwner(token, rules)).isNotNull();
    assertFails(() -> checking.give("ada", 1), EtcdError.VERIFY_ONLY);
  }

  @Test
  void anyChangeOfUsersMakesTokensTooOldForKeysButNotForRoot(@TempDir Path directory)
      throws Exception {
    try (LiveServer server = new LiveServer(directory, keys("ES256"))) {
      server.enableAuth();
      Channel root = server.withToken(server.logIn("root", "root"));
      get(root);
      addUser(root, "ada");
      assertFails(() -> get(root), EtcdError.AUTH_OLD_REVISION);
      addUser(root, "bob");
      get(server.withToken(server.logIn("root", "root")));
      assertFails(() -> server.logIn("root", "wrong"), EtcdError.AUTH_FAILED);
    }
  }

  private static void addUser(Channel channel, String name) {
    AuthGrpc.newBlockingStub(channel)
        .userAdd(AuthUserAddRequest.newBuilder().setName(name).setPassword("p").build());
  }

  private static void get(Channel channel) {
    KVGrpc.newBlockingStub(channel).range(RangeRequest.newBuilder().setKey(bytes("k")).build());
  }

  private JwtTokens tokens(JwtKeys keys) {
    return new JwtTokens(store, keys, () -> nowMs);
  }

  private String give(JwtKeys keys, String user, long revision) {
    return tokens(keys).sign(user, revision);
  }

  private static JwtKeys keys(String method) throws Exception {
    if (JwtKeys.isSecret(method)) {
      return JwtKeys.ofSecret(method, pair("EdDSA").getPublic().getEncoded(), TTL);
    }
    return JwtKeys.ofPair(method, null, pair(method).getPrivate(), TTL);
  }

  private static KeyPair pair(String method) throws Exception {
    String curve =
        switch (method) {
          case "ES256" -> "secp256r1";
          case "ES384" -> "secp384r1";
          case "ES512" -> "secp521r1";
          default -> "";
        };
    if (curve.isEmpty()) {
      return KeyPairGenerator.getInstance(method.equals("EdDSA") ? "Ed25519" : "RSA")
          .generateKeyPair();
    }
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  private static String decoded(String part) {
    return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
  }

  private static String encoded(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
