package io.metastore.adapter.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.metastore.adapter.zookeeper.ZookeeperTls.ClientCertificates;
import io.metastore.tls.KeyFiles;
import io.metastore.tls.TestAuthority;
import io.metastore.tls.TestAuthority.Request;
import io.metastore.tls.TlsContext;
import io.metastore.tls.TlsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.ClientInfo;
import org.apache.zookeeper.data.Id;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS and SASL, with ZooKeeper's own client. */
class SecurityTest {
  private static final int TIMEOUT_MS = 20_000;

  @TempDir private Path directory;

  private TestAuthority authority;
  private KeyFiles serverFiles;

  @BeforeEach
  void issue() {
    authority = new TestAuthority(directory, "ca");
    serverFiles = authority.issue(Request.of("server").forHosts("localhost", "127.0.0.1"));
  }

  @Test
  void aClientIsIdentifiedByItsCertificate() throws Exception {
    try (TestServer server = tlsServer(ClientCertificates.REQUIRED);
        TestClient alice = tlsClient(server, "alice");
        TestClient bob = tlsClient(server, "bob");
        TestClient root = tlsClient(server, "root")) {
      ClientInfo certificate = alice.zk.whoAmI().get(1);
      assertThat(certificate.getAuthScheme()).isEqualTo("x509");
      assertThat(certificate.getUser()).isEqualTo("CN=alice");
      alice.zk.create("/a", new byte[0], Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
      assertThat(alice.zk.getACL("/a", null))
          .containsExactly(new ACL(ZooDefs.Perms.ALL, new Id("x509", "CN=alice")));
      assertThatThrownBy(() -> bob.zk.getData("/a", false, null))
          .isInstanceOf(KeeperException.NoAuthException.class);
      assertThat(root.zk.getData("/a", false, null)).isEmpty();
      List<ACL> invalid = Arrays.asList(new ACL(ZooDefs.Perms.ALL, new Id("x509", "no name")));
      assertThatThrownBy(() -> alice.zk.create("/b", new byte[0], invalid, CreateMode.PERSISTENT))
          .isInstanceOf(KeeperException.InvalidACLException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(ClientCertificates.class)
  void aCertificateIsRequestedAsConfigured(ClientCertificates certificates) throws Exception {
    try (TestServer server = tlsServer(certificates)) {
      if (certificates != ClientCertificates.REQUIRED) {
        try (TestClient anonymous = tlsClient(server, null)) {
          assertThat(anonymous.zk.whoAmI())
              .extracting(ClientInfo::getAuthScheme)
              .containsExactly("ip");
        }
      }
      if (certificates != ClientCertificates.NONE) {
        try (TestClient alice = tlsClient(server, "alice")) {
          assertThat(alice.zk.whoAmI())
              .extracting(ClientInfo::getAuthScheme)
              .containsExactly("ip", "x509");
        }
      }
    }
  }

  @Test
  void aNewCertificateIsUsedAtTheNextHandshake() throws Exception {
    try (TestServer server = tlsServer(ClientCertificates.REQUIRED);
        TestClient before = tlsClient(server, "alice")) {
      TestAuthority next = new TestAuthority(directory, "next");
      next.issueInto(serverFiles, Request.of("server").forHosts("localhost", "127.0.0.1"));
      Files.copy(next.file(), directory.resolve("trusted.pem"));
      try (TestClient after = tlsClient(server, "bob", directory.resolve("trusted.pem"))) {
        after.create("/after");
      }
      assertThat(before.zk.exists("/after", false)).isNotNull();
    }
  }

  private TestServer tlsServer(ClientCertificates certificates) throws Exception {
    TlsSettings settings = TlsSettings.server(serverFiles, authority.file());
    return TestServer.start(
        directory.resolve("data"),
        new ZookeeperTls(TlsContext.server(settings), certificates),
        TestServer.authentication(Map.of()));
  }

  private TestClient tlsClient(TestServer server, @Nullable String name) throws Exception {
    return tlsClient(server, name, authority.file());
  }

  /**
   * @param name common name in the client's certificate; null for a client without one
   */
  private TestClient tlsClient(TestServer server, @Nullable String name, Path trusted)
      throws Exception {
    ZKClientConfig config = new ZKClientConfig();
    config.setProperty("zookeeper.client.secure", "true");
    config.setProperty("zookeeper.clientCnxnSocket", "org.apache.zookeeper.ClientCnxnSocketNetty");
    Path trustStore = Files.createTempFile(directory, "trusted", ".pem");
    Files.copy(trusted, trustStore, StandardCopyOption.REPLACE_EXISTING);
    config.setProperty("zookeeper.ssl.trustStore.location", trustStore.toString());
    if (name != null) {
      Path store = directory.resolve(name + ".jks");
      authority.writeStore(store, "JKS", "secret", authority.issue(Request.of(name)));
      config.setProperty("zookeeper.ssl.keyStore.location", store.toString());
      config.setProperty("zookeeper.ssl.keyStore.password", "secret");
    }
    return TestClient.connect(server.address(), TIMEOUT_MS, config);
  }

  @Test
  void aClientIsIdentifiedBySasl() throws Exception {
    Map<String, String> users = Map.of("bob", "secret", "root", "hidden");
    try (TestServer server =
            TestServer.start(directory.resolve("data"), null, TestServer.authentication(users));
        TestClient bob = saslClient(server, "bob", "secret", KeeperState.SaslAuthenticated);
        TestClient root = saslClient(server, "root", "hidden", KeeperState.SaslAuthenticated);
        TestClient nobody = server.connect()) {
      assertThat(bob.zk.whoAmI())
          .extracting(ClientInfo::getAuthScheme, ClientInfo::getUser)
          .contains(tuple("sasl", "bob"));
      bob.zk.create("/a", new byte[0], Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
      assertThat(bob.zk.getACL("/a", null))
          .containsExactly(new ACL(ZooDefs.Perms.ALL, new Id("sasl", "bob")));
      assertThatThrownBy(() -> nobody.zk.getData("/a", false, null))
          .isInstanceOf(KeeperException.NoAuthException.class);
      assertThat(root.zk.getData("/a", false, null)).isEmpty();
      saslClient(server, "bob", "wrong", KeeperState.AuthFailed).close();
    }
  }

  private static TestClient saslClient(
      TestServer server, String user, String password, KeeperState expected) throws Exception {
    String section = "Client" + user + password;
    Jaas.add(section, user, password);
    ZKClientConfig config = new ZKClientConfig();
    config.setProperty(ZKClientConfig.LOGIN_CONTEXT_NAME_KEY, section);
    config.setProperty("zookeeper.fips-mode", "false"); // permits DIGEST-MD5
    config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "true");
    return TestClient.connect(server.address(), TIMEOUT_MS, config, expected);
  }
}
