package io.metastore.compat.jetcd;

import static io.metastore.compat.jetcd.Jetcd.bytes;
import static io.metastore.compat.jetcd.Jetcd.get;
import static io.metastore.compat.jetcd.Jetcd.refusal;
import static io.metastore.compat.jetcd.Jetcd.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.auth.Permission;
import io.metastore.compat.process.ClusterProcesses;
import org.junit.jupiter.api.Test;

/** jetcd's Auth. On a server of its own: while auth is on, other tests' clients are refused. */
class AuthTest {
  private static final String DENIED = "PERMISSION_DENIED: etcdserver: permission denied";

  @Test
  void usersAndRoles() throws Exception {
    try (ClusterProcesses cluster = ClusterProcesses.one(AuthTest.class);
        Client open = Client.builder().endpoints(cluster.endpoints()).build()) {
      Auth auth = open.getAuthClient();
      addRootAndAlice(auth);
      assertThat(get(auth.userList()).getUsers()).containsExactly("alice", "root");
      assertThat(get(auth.roleList()).getRoles()).containsExactly("a", "root");
      assertThat(get(auth.userGet(bytes("alice"))).getRoles()).containsExactly("a");
      assertThat(get(auth.roleGet(bytes("a"))).getPermissions())
          .singleElement()
          .satisfies(
              permission -> {
                assertThat(text(permission.getKey())).isEqualTo("/a/");
                assertThat(text(permission.getRangeEnd())).isEqualTo("/a0");
                assertThat(permission.getPermType()).isEqualTo(Permission.Type.READWRITE);
              });
      assertThat(refusal(auth.userAdd(bytes("alice"), bytes("x"))))
          .contains("etcdserver: user name already exists");
      get(auth.authEnable());
      assertThat(refusal(open.getKVClient().get(bytes("/a/k"))))
          .contains("etcdserver: user name is empty");

      try (Client alice = client(cluster, "alice", "alice");
          Client root = client(cluster, "root", "root")) {
        KV kv = alice.getKVClient();
        get(kv.put(bytes("/a/k"), bytes("v")));
        assertThat(get(kv.get(bytes("/a/k"))).getCount()).isEqualTo(1);
        assertThat(refusal(kv.put(bytes("/b/k"), bytes("v")))).isEqualTo(DENIED);
        assertThat(refusal(alice.getAuthClient().userList())).isEqualTo(DENIED);
        get(root.getKVClient().put(bytes("/b/k"), bytes("v")));

        Auth administration = root.getAuthClient();
        get(administration.roleRevokePermission(bytes("a"), bytes("/a/"), bytes("/a0")));
        assertThat(refusal(kv.get(bytes("/a/k")))).isEqualTo(DENIED);
        get(
            administration.roleGrantPermission(
                bytes("a"), bytes("/a/"), bytes("/a0"), Permission.Type.READ));
        assertThat(get(kv.get(bytes("/a/k"))).getCount()).isEqualTo(1);
        assertThat(refusal(kv.put(bytes("/a/k"), bytes("v")))).isEqualTo(DENIED);
        get(administration.userRevokeRole(bytes("alice"), bytes("a")));
        assertThat(refusal(kv.get(bytes("/a/k")))).isEqualTo(DENIED);

        get(administration.userChangePassword(bytes("alice"), bytes("new")));
        get(administration.userGrantRole(bytes("alice"), bytes("a")));
        try (Client again = client(cluster, "alice", "new")) {
          assertThat(get(again.getKVClient().get(bytes("/a/k"))).getCount()).isEqualTo(1);
        }
        try (Client wrong = client(cluster, "alice", "alice")) {
          assertThat(refusal(wrong.getKVClient().get(bytes("/a/k"))))
              .containsAnyOf("UNAUTHENTICATED", "authentication failed");
        }
        get(administration.userDelete(bytes("alice")));
        get(administration.roleDelete(bytes("a")));
        assertThat(refusal(administration.userDelete(bytes("root"))))
            .contains("etcdserver: invalid auth management");
        get(administration.authDisable());
      }
      assertThat(get(open.getKVClient().get(bytes("/a/k"))).getCount()).isEqualTo(1);
    }
  }

  private static void addRootAndAlice(Auth auth) throws InterruptedException {
    get(auth.userAdd(bytes("root"), bytes("root")));
    get(auth.roleAdd(bytes("root")));
    get(auth.userGrantRole(bytes("root"), bytes("root")));
    get(auth.userAdd(bytes("alice"), bytes("alice")));
    get(auth.roleAdd(bytes("a")));
    get(
        auth.roleGrantPermission(
            bytes("a"), bytes("/a/"), bytes("/a0"), Permission.Type.READWRITE));
    get(auth.userGrantRole(bytes("alice"), bytes("a")));
  }

  private static Client client(ClusterProcesses cluster, String user, String password) {
    return Client.builder()
        .endpoints(cluster.endpoints())
        .user(bytes(user))
        .password(bytes(password))
        .build();
  }
}
