package io.metastore.adapter.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.metastore.adapter.zookeeper.wire.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.LoginException;
import org.apache.kerby.kerberos.kerb.server.SimpleKdcServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.ClientInfo;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.proto.GetSASLRequest;
import org.apache.zookeeper.proto.RequestHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kerberos, with a key distribution centre in this process and ZooKeeper's own client. */
class KerberosTest {
  private static final String MODULE = "com.sun.security.auth.module.Krb5LoginModule";
  private static final String REALM = "EXAMPLE.COM";
  private static final int TIMEOUT_MS = 20_000;

  @TempDir private static Path directory;
  private static final SimpleKdcServer KDC = newKdc();

  private static SimpleKdcServer newKdc() {
    try {
      return new SimpleKdcServer();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeAll
  static void startKdc() throws Exception {
    KDC.setWorkDir(directory.toFile());
    KDC.setKdcRealm(REALM);
    KDC.setKdcHost("localhost");
    KDC.setAllowTcp(true);
    KDC.setAllowUdp(false);
    KDC.init();
    KDC.start();
    KDC.createAndExportPrincipals(keytab().toFile(), "zookeeper/localhost", "alice/desk", "root");
  }

  @AfterAll
  static void stopKdc() throws Exception {
    KDC.stop();
  }

  private static Path keytab() {
    return directory.resolve("all.keytab");
  }

  @Test
  void aClientIsIdentifiedByItsPrincipal() throws Exception {
    try (TestServer server = server(PrincipalNames.of("DEFAULT", REALM, false, false), false);
        TestClient alice = client(server, "alice/desk");
        TestClient root = client(server, "root");
        TestClient nobody = server.connect()) {
      assertThat(alice.zk.whoAmI())
          .extracting(ClientInfo::getAuthScheme, ClientInfo::getUser)
          .contains(tuple("sasl", "alice/desk@EXAMPLE.COM"));
      alice.zk.create("/a", new byte[0], Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
      assertThat(alice.zk.getACL("/a", null))
          .containsExactly(new ACL(ZooDefs.Perms.ALL, new Id("sasl", "alice/desk@EXAMPLE.COM")));
      assertThatThrownBy(() -> nobody.zk.getData("/a", false, null))
          .isInstanceOf(KeeperException.NoAuthException.class);
      assertThat(root.zk.getData("/a", false, null)).as("a super user").isEmpty();
    }
  }

  @Test
  void aPrincipalIsMappedToTheNameInAccessLists() throws Exception {
    try (TestServer server =
            server(PrincipalNames.of("RULE:[2:$1]s/^a/A/ DEFAULT", REALM, true, true), false);
        TestClient alice = client(server, "alice/desk")) {
      List<ACL> forAlice = Arrays.asList(new ACL(ZooDefs.Perms.ALL, new Id("sasl", "Alice")));
      alice.zk.create("/a", new byte[0], forAlice, CreateMode.PERSISTENT);
      assertThat(alice.zk.getData("/a", false, null)).isEmpty();
    }
  }

  @Test
  void aClientThatFailsIsServedOnlyIfThatIsAllowed() throws Exception {
    PrincipalNames names = PrincipalNames.of("DEFAULT", REALM, false, false);
    try (TestServer strict = server(names, /* servesFailedClients= */ false);
        RawClient client = new RawClient(strict.port())) {
      assertThat(errorOfGarbage(client)).isEqualTo(ErrorCode.AUTH_FAILED);
      assertThat(client.receive()).as("closed").isNull();
    }
    try (TestServer lenient = server(names, /* servesFailedClients= */ true);
        RawClient client = new RawClient(lenient.port())) {
      assertThat(errorOfGarbage(client)).isEqualTo(ErrorCode.OK);
      assertThat(errorOfGarbage(client)).isEqualTo(ErrorCode.OK);
    }
  }

  @Test
  void aServerWithoutItsKeyDoesNotStart() {
    assertThatThrownBy(() -> logIn("zookeeper/elsewhere")).isInstanceOf(LoginException.class);
    assertThatThrownBy(() -> logIn("root"))
        .isInstanceOf(LoginException.class)
        .hasMessage("no principal of the form service/host@REALM");
  }

  private static int errorOfGarbage(RawClient client) throws Exception {
    client.send(
        ByteBuffer.wrap(
            RawClient.encode(
                new RequestHeader(1, ZooDefs.OpCode.sasl), new GetSASLRequest(new byte[] {1, 2}))));
    RawClient.Packet reply = client.receive();
    assertThat(reply).isNotNull();
    return reply.header().getErr();
  }

  private static TestServer server(PrincipalNames names, boolean servesFailedClients)
      throws Exception {
    SaslSettings sasl =
        new SaslSettings(
            Map.of(),
            logIn("zookeeper/localhost"),
            names,
            Set.of("root@EXAMPLE.COM"),
            servesFailedClients);
    Path data = Files.createTempDirectory(directory, "data");
    return TestServer.start(data, null, TestServer.authentication(sasl));
  }

  private static ServerPrincipal logIn(String principal) throws LoginException {
    return ServerPrincipal.logIn("Server", List.of(module("Server-" + principal, principal)));
  }

  private static TestClient client(TestServer server, String principal) throws Exception {
    String section = "Client-" + principal;
    module(section, principal);
    ZKClientConfig config = new ZKClientConfig();
    config.setProperty(ZKClientConfig.LOGIN_CONTEXT_NAME_KEY, section);
    config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "true");
    config.setProperty("zookeeper.server.principal", "zookeeper/localhost");
    return TestClient.connect(server.address(), TIMEOUT_MS, config, KeeperState.SaslAuthenticated);
  }

  private static AppConfigurationEntry module(String section, String principal) {
    return Jaas.add(
        section,
        MODULE,
        Map.of(
            "useKeyTab", "true",
            "storeKey", "true",
            "keyTab", keytab().toString(),
            "principal", principal + "@" + REALM,
            "refreshKrb5Config", "true"));
  }
}
