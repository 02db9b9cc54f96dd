package io.metastore.adapter.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.Outcome;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class EtcdCallerTest {
  private static final AccessRules RULES = new FakeAccess(true);

  /**
   * A self-signed certificate with the subject O=Example, OU="CN=trap", CN=ada; easily replaced.
   */
  private static final String CERTIFICATE =
      """
      -----BEGIN CERTIFICATE-----
      MIIBujCCAWGgAwIBAgIUBRFxyOLwbvSxlFkXiSmToQDcjQUwCgYIKoZIzj0EAwIw
      MjEQMA4GA1UECgwHRXhhbXBsZTEQMA4GA1UECwwHQ049dHJhcDEMMAoGA1UEAwwD
      YWRhMCAXDTI2MTEyOTE0MDkxNloYDzIxMjYxMTA1MTQwOTE2WjAyMRAwDgYDVQQK
      DAdFeGFtcGxlMRAwDgYDVQQLDAdDTj10cmFwMQwwCgYDVQQDDANhZGEwWTATBgcq
      hkjOPQIBBggqhkjOPQMBBwNCAARNVcLbKOSKd0z12yBAg/Pybh4nNZdjR4+EpTLE
      pg8sh/bmkO6Zi6wIGAZhyxZ8RQLoFEdrrX1j9TKDeOatlqD1o1MwUTAdBgNVHQ4E
      FgQUykH8OY9VRL2IDiTZgybiAVXmryUwHwYDVR0jBBgwFoAUykH8OY9VRL2IDiTZ
      gybiAVXmryUwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiB2SfEi
      MM6b0Z23Z03CzPcVlXQUEsZf+al9mUHwKBBykgIgOm8fGEYJ2nxHge2+6+0bJD2T
      bhutlIe/HoCpTijQ0uk=
      -----END CERTIFICATE-----
      """;

  /** Treats each token as the name of its user. */
  private static final AuthTokens TOKENS =
      new AuthTokens() {
        @Override
        public Identity findOwner(String token, AccessRules rules) {
          return new Identity(token, 1);
        }

        @Override
        public CompletableFuture<Outcome> give(String user, long authRevision) {
          throw new AssertionError("nobody logs in");
        }
      };

  @Test
  void tokenIdentifiesTheUser() {
    assertThat(userOf(true, metadata("token", "bob"), session(true))).isEqualTo("bob");
    assertThat(userOf(true, metadata("authorization", "bob"), session(false))).isEqualTo("bob");
    assertThat(userOf(true, metadata("authorization", "Bearer bob"), null)).isEqualTo("bob");
  }

  @Test
  void certificateIdentifiesTheUserOfCallsWithoutAToken() {
    SSLSession session = session(true);
    assertThat(userOf(true, new Metadata(), session)).isEqualTo("ada");
    assertThat(userOf(true, new Metadata(), session)).as("asked again").isEqualTo("ada");
    assertThat(userOf(false, new Metadata(), session(true))).as("it is not asked").isNull();
    assertThat(userOf(true, new Metadata(), session(false))).as("there is none").isNull();
    assertThat(userOf(true, new Metadata(), null)).as("no TLS").isNull();
  }

  private static @Nullable String userOf(
      boolean byCertificate, Metadata metadata, @Nullable SSLSession session) {
    Attributes.Builder connection = Attributes.newBuilder();
    if (session != null) {
      connection.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session);
    }
    return EtcdCaller.of(TOKENS, byCertificate, metadata, connection.build()).findUser(RULES);
  }

  private static Metadata metadata(String name, String value) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    return metadata;
  }

  /** A TLS session with or without the client's certificate. */
  private static SSLSession session(boolean shown) {
    Map<Object, Object> values = new HashMap<>();
    return (SSLSession)
        Proxy.newProxyInstance(
            SSLSession.class.getClassLoader(),
            new Class<?>[] {SSLSession.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getValue" -> values.get(arguments[0]);
                  case "putValue" -> {
                    values.put(arguments[0], arguments[1]);
                    yield null;
                  }
                  case "getPeerCertificates" -> {
                    if (!shown) {
                      throw new SSLPeerUnverifiedException("no certificate");
                    }
                    yield new Certificate[] {certificate()};
                  }
                  default -> throw new AssertionError(method);
                });
  }

  private static Certificate certificate() throws CertificateException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(
            new ByteArrayInputStream(CERTIFICATE.getBytes(StandardCharsets.US_ASCII)));
  }
}
