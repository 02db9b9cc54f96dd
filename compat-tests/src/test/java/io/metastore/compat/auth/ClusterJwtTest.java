package io.metastore.compat.auth;

import static io.metastore.compat.auth.ClusterAuthTest.DENIED;
import static io.metastore.compat.auth.ClusterAuthTest.INVALID_TOKEN;
import static io.metastore.compat.auth.ClusterAuthTest.OK;
import static io.metastore.compat.auth.ClusterAuthTest.OLD_REVISION;
import static io.metastore.compat.auth.ClusterAuthTest.addUser;
import static io.metastore.compat.auth.ClusterAuthTest.bytes;
import static io.metastore.compat.auth.ClusterAuthTest.get;
import static io.metastore.compat.auth.ClusterAuthTest.grant;
import static io.metastore.compat.auth.ClusterAuthTest.logIn;
import static io.metastore.compat.auth.ClusterAuthTest.put;
import static io.metastore.compat.auth.Users.auth;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.authpb.Permission;
import io.metastore.etcdapi.etcdserverpb.AuthEnableRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserDeleteRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserRevokeRoleRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Signed tokens in a cluster of three. Any change of users or roles makes all earlier tokens old,
 * on every member. Also runs against a real etcd, as {@link ClusterAuthTest} does.
 */
class ClusterJwtTest {
  @TempDir Path directory;

  @Test
  void tokensCountOnAllMembersUntilUsersOrRolesChange() throws Exception {
    Path key = Files.writeString(directory.resolve("key"), "0123456789abcdef0123456789abcdef");
    try (ClusterProcesses cluster =
        ClusterProcesses.three(
            ClusterJwtTest.class,
            "--bcrypt-cost=4",
            "--auth-token=jwt,sign-method=HS256,priv-key=" + key)) {
      List<Channel> members = new ArrayList<>();
      cluster.members().forEach(member -> members.add(member.channel()));
      enable(members.get(0));

      String old = logIn(members.get(1), "alice");
      for (Channel member : members) {
        Channel alice = Users.withToken(member, old);
        assertThat(put(alice, "/a/k", "v")).isEqualTo(OK);
        assertThat(get(alice, "/a/k")).isEqualTo(OK);
        assertThat(put(alice, "/b/k", "v")).isEqualTo(DENIED);
      }

      // The next call, at any member, is refused: it has waited for what the cluster knows.
      addUser(Users.withToken(members.get(0), logIn(members.get(0), "root")), "bob");
      for (Channel member : members) {
        Channel alice = Users.withToken(member, old);
        assertThat(get(alice, "/a/k")).isEqualTo(OLD_REVISION);
        assertThat(put(alice, "/a/k", "v")).isEqualTo(OLD_REVISION);
      }

      // A newer token counts at once, also on members that have not applied the change yet.
      for (Channel giver : members) {
        Channel root = Users.withToken(giver, logIn(giver, "root"));
        auth(root)
            .userRevokeRole(
                AuthUserRevokeRoleRequest.newBuilder().setName("alice").setRole("a").build());
        grant(Users.withToken(giver, logIn(giver, "root")), "alice", "a");
        String fresh = logIn(giver, "alice");
        for (Channel member : members) {
          assertThat(put(Users.withToken(member, fresh), "/a/k", "v")).isEqualTo(OK);
          assertThat(get(Users.withToken(member, fresh), "/a/k")).isEqualTo(OK);
        }
      }

      // Tokens outlive the member that issued them, but not their user.
      String last = logIn(members.get(2), "alice");
      ServerProcess issuer = cluster.members().get(2);
      issuer.kill();
      issuer.start();
      Await.until(
          "the issuer serves again",
          () -> {
            issuer.channel().resetConnectBackoff();
            return put(Users.withToken(issuer.channel(), last), "/a/k", "v").equals(OK);
          });
      auth(Users.withToken(members.get(0), logIn(members.get(0), "root")))
          .userDelete(AuthUserDeleteRequest.newBuilder().setName("alice").build());
      for (Channel member : members) {
        assertThat(put(Users.withToken(member, last), "/a/k", "v")).isEqualTo(OLD_REVISION);
      }
      assertThat(put(Users.withToken(members.get(0), last + "x"), "/a/k", "v"))
          .isEqualTo(INVALID_TOKEN);
    }
  }

  private static void enable(Channel member) {
    addUser(member, "root");
    auth(member).roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
    grant(member, "root", "root");
    auth(member).roleAdd(AuthRoleAddRequest.newBuilder().setName("a").build());
    auth(member)
        .roleGrantPermission(
            AuthRoleGrantPermissionRequest.newBuilder()
                .setName("a")
                .setPerm(
                    Permission.newBuilder()
                        .setPermType(Permission.Type.READWRITE)
                        .setKey(bytes("/a/"))
                        .setRangeEnd(bytes("/a0")))
                .build());
    addUser(member, "alice");
    grant(member, "alice", "a");
    auth(member).authEnable(AuthEnableRequest.getDefaultInstance());
  }
}
