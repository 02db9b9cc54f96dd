package io.metastore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Message;
import io.grpc.Status;
import io.metastore.api.v1.AclGrpc;
import io.metastore.api.v1.AuthenticateRequest;
import io.metastore.api.v1.AuthenticateResponse;
import io.metastore.api.v1.BootstrapRequest;
import io.metastore.api.v1.BootstrapResponse;
import io.metastore.api.v1.ClusterGrpc;
import io.metastore.api.v1.DeleteRoleRequest;
import io.metastore.api.v1.DeleteRoleResponse;
import io.metastore.api.v1.DeleteUserRequest;
import io.metastore.api.v1.DeleteUserResponse;
import io.metastore.api.v1.DisableResponse;
import io.metastore.api.v1.DrainResponse;
import io.metastore.api.v1.EnableResponse;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.Grant;
import io.metastore.api.v1.JoinRequest;
import io.metastore.api.v1.JoinResponse;
import io.metastore.api.v1.ListGrantsResponse;
import io.metastore.api.v1.ListRolesResponse;
import io.metastore.api.v1.ListUsersResponse;
import io.metastore.api.v1.Member;
import io.metastore.api.v1.NewMember;
import io.metastore.api.v1.Principal;
import io.metastore.api.v1.PromoteRequest;
import io.metastore.api.v1.PromoteResponse;
import io.metastore.api.v1.PutRoleRequest;
import io.metastore.api.v1.PutRoleResponse;
import io.metastore.api.v1.PutUserRequest;
import io.metastore.api.v1.PutUserResponse;
import io.metastore.api.v1.RemoveRequest;
import io.metastore.api.v1.RemoveResponse;
import io.metastore.api.v1.Right;
import io.metastore.api.v1.SetGrantRequest;
import io.metastore.api.v1.SetGrantResponse;
import io.metastore.api.v1.User;
import io.metastore.cli.Shell.Ran;
import io.metastore.cli.console.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The requests and the output of the commands for members and access control. */
@Timeout(120)
final class AdminCommandsTest {
  private FakeAdmin server;
  private Shell shell;

  @BeforeEach
  void start() throws Exception {
    server = new FakeAdmin();
    shell = new Shell("--endpoints", server.endpoint());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void statusAndMembersOfARunningServerAreShown(@TempDir Path directory) throws Exception {
    try (TestServer real = TestServer.start(directory)) {
      Shell toReal = new Shell("--endpoints", real.endpoint());
      Ran status = toReal.run("status");
      assertThat(status.exitCode()).as(status.err()).isZero();
      assertThat(status.lines()).hasSize(2);
      assertThat(status.lines().get(1)).matches(real.endpoint() + " +m1 +1 +leader +.*0.0.0-test");
      JsonObject json =
          JsonParser.parseString(toReal.run("status", "-o", "json").out()).getAsJsonObject();
      assertThat(json.get("leader").getAsString()).isEqualTo("1");
      assertThat(json.get("applied_index").getAsLong()).isPositive();
      Ran members = toReal.run("members");
      assertThat(members.lines().get(1)).matches("1 +m1 +leader +http://127.0.0.1:\\d+ .*");
      assertThat(toReal.run("members", "-o", "json").out()).contains("\"name\":\"m1\"");
      Ran drain = toReal.run("drain");
      assertThat(drain.exitCode()).isEqualTo(ExitCode.REFUSED.code());
      assertThat(drain.err()).hasLineCount(1);
      assertThat(real.stopping.getCount()).isEqualTo(1);
      Ran partly =
          new Shell("--endpoints", real.endpoint() + "," + server.endpoint()).run("status");
      assertThat(partly.exitCode()).isEqualTo(ExitCode.UNREACHABLE.code());
      assertThat(partly.lines()).hasSize(2);
      assertThat(partly.err()).contains("no answer from " + server.endpoint());
    }
  }

  @Test
  void membersAreAddedRemovedPromotedAndBootstrapped() {
    Member member = Member.newBuilder().setId(0xabcL).setName("m4").build();
    server.answer(ClusterGrpc.getJoinMethod(), JoinResponse.newBuilder().setMember(member).build());
    assertThat(shell.run("members", "add", "m4", "http://h4:2380", "--learner").out())
        .isEqualTo("abc\n");
    asked(
        JoinRequest.newBuilder()
            .setMember(member("m4", "http://h4:2380"))
            .setLearner(true)
            .build());

    server.answer(ClusterGrpc.getRemoveMethod(), RemoveResponse.getDefaultInstance());
    assertThat(shell.run("members", "remove", "8e9e05c52164694d").exitCode()).isZero();
    asked(RemoveRequest.newBuilder().setMemberId(0x8e9e05c52164694dL).build());
    assertThat(shell.run("members", "remove", "m4").exitCode()).isEqualTo(ExitCode.USAGE.code());

    server.answer(ClusterGrpc.getPromoteMethod(), PromoteResponse.getDefaultInstance());
    assertThat(shell.run("members", "promote", "8e9e05c52164694d").exitCode()).isZero();
    asked(PromoteRequest.newBuilder().setMemberId(0x8e9e05c52164694dL).build());

    server.answer(
        ClusterGrpc.getBootstrapMethod(), BootstrapResponse.newBuilder().setClusterId(255).build());
    assertThat(shell.run("members", "bootstrap", "a=http://a:1,b=http://b:2").out())
        .isEqualTo("ff\n");
    asked(
        BootstrapRequest.newBuilder()
            .addMembers(member("a", "http://a:1"))
            .addMembers(member("b", "http://b:2"))
            .build());
  }

  @Test
  void drainStopsTheServerGivenAsEndpoint() {
    server.answer(ClusterGrpc.getDrainMethod(), DrainResponse.newBuilder().setLeaderId(16).build());
    assertThat(shell.run("drain").out()).isEqualTo("leader 10\n");
    Ran several =
        new Shell("--endpoints", server.endpoint() + "," + server.endpoint()).run("drain");
    assertThat(several.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void grantsAreSetRevokedAndShown() {
    server.answer(
        AclGrpc.getSetGrantMethod(), SetGrantResponse.newBuilder().setRevision(5).build());
    Grant grant =
        Grant.newBuilder()
            .setDirectory("/app")
            .setPrincipal(Principal.newBuilder().setUser("alice"))
            .addRights(Right.READ)
            .addRights(Right.WRITE)
            .build();
    assertThat(shell.run("acl", "grant", "/app", "user:alice", "read,write").out())
        .isEqualTo("revision 5\n");
    asked(SetGrantRequest.newBuilder().setGrant(grant).build());
    assertThat(shell.run("acl", "revoke", "/app", "role:ops", "-o", "json").out())
        .isEqualTo("{\"revision\":5}\n");
    asked(
        SetGrantRequest.newBuilder()
            .setGrant(
                Grant.newBuilder()
                    .setDirectory("/app")
                    .setPrincipal(Principal.newBuilder().setRole("ops")))
            .build());
    assertThat(shell.run("acl", "grant", "/app", "alice", "read").exitCode())
        .isEqualTo(ExitCode.USAGE.code());
    assertThat(shell.run("acl", "grant", "/app", "user:alice", "fly").exitCode())
        .isEqualTo(ExitCode.USAGE.code());

    server.answer(
        AclGrpc.getListGrantsMethod(), ListGrantsResponse.newBuilder().addGrants(grant).build());
    assertThat(shell.run("acl", "ls", "/app").lines())
        .containsExactly("DIRECTORY  WHO         RIGHTS", "/app       user:alice  read,write");
    assertThat(shell.run("acl", "ls", "/app", "-o", "json").out())
        .isEqualTo(
            "{\"directory\":\"/app\",\"who\":\"user:alice\",\"rights\":[\"read\",\"write\"]}\n");
  }

  @Test
  void usersAndRolesAreCreatedShownAndDeleted(@TempDir Path directory) throws Exception {
    server.answer(AclGrpc.getPutUserMethod(), PutUserResponse.getDefaultInstance());
    Path password = Files.writeString(directory.resolve("pw"), "s3cret\n");
    Ran set =
        shell.run(
            "acl",
            "user",
            "set",
            "alice",
            "--roles",
            "ops,dev",
            "--new-password-file",
            "" + password);
    assertThat(set.exitCode()).as(set.err()).isZero();
    asked(
        PutUserRequest.newBuilder()
            .setName("alice")
            .setPassword("s3cret")
            .addRoles("ops")
            .addRoles("dev")
            .build());
    assertThat(shell.run("acl", "user", "set", "bob").exitCode()).isZero();
    asked(PutUserRequest.newBuilder().setName("bob").build());

    server.answer(AclGrpc.getDeleteUserMethod(), DeleteUserResponse.getDefaultInstance());
    assertThat(shell.run("acl", "user", "rm", "bob").exitCode()).isZero();
    asked(DeleteUserRequest.newBuilder().setName("bob").build());
    server.answer(AclGrpc.getPutRoleMethod(), PutRoleResponse.getDefaultInstance());
    assertThat(shell.run("acl", "role", "add", "ops").exitCode()).isZero();
    asked(PutRoleRequest.newBuilder().setName("ops").build());
    server.answer(AclGrpc.getDeleteRoleMethod(), DeleteRoleResponse.getDefaultInstance());
    assertThat(shell.run("acl", "role", "rm", "ops").exitCode()).isZero();
    asked(DeleteRoleRequest.newBuilder().setName("ops").build());

    server.answer(
        AclGrpc.getListUsersMethod(),
        ListUsersResponse.newBuilder()
            .addUsers(User.newBuilder().setName("alice").addRoles("dev").addRoles("ops"))
            .build());
    assertThat(shell.run("acl", "user", "ls").lines())
        .containsExactly("USER   ROLES", "alice  dev,ops");
    assertThat(shell.run("acl", "user", "ls", "-o", "json").out())
        .isEqualTo("{\"user\":\"alice\",\"roles\":[\"dev\",\"ops\"]}\n");
    server.answer(
        AclGrpc.getListRolesMethod(), ListRolesResponse.newBuilder().addRoles("ops").build());
    assertThat(shell.run("acl", "role", "ls").out()).isEqualTo("ops\n");
    assertThat(shell.run("acl", "role", "ls", "-o", "json").out())
        .isEqualTo("{\"role\":\"ops\"}\n");
  }

  @Test
  void accessControlIsSwitchedOnAndOff() {
    server.answer(AclGrpc.getEnableMethod(), EnableResponse.newBuilder().setRevision(7).build());
    assertThat(shell.run("acl", "enable").out()).isEqualTo("revision 7\n");
    server.answer(AclGrpc.getDisableMethod(), DisableResponse.newBuilder().setRevision(8).build());
    assertThat(shell.run("acl", "disable").out()).isEqualTo("revision 8\n");
    server.fail(AclGrpc.getEnableMethod(), Status.Code.FAILED_PRECONDITION, Reason.ACL_STATE);
    Ran again = shell.run("acl", "enable");
    assertThat(again.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(again.err()).isEqualTo("metastore: as scripted\n");
    assertThat(shell.run("acl").exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(shell.run("acl", "user").exitCode()).isEqualTo(ExitCode.USAGE.code());
  }

  @Test
  void loginPrintsATokenAndOtherCommandsLogInByThemselves(@TempDir Path directory)
      throws Exception {
    server.answer(
        AclGrpc.getAuthenticateMethod(), AuthenticateResponse.newBuilder().setToken("t0").build());
    Path password = Files.writeString(directory.resolve("pw"), "s3cret");
    String[] alice = {"--user", "alice", "--password-file", password.toString()};
    Shell asAlice = new Shell(concat(new String[] {"--endpoints", server.endpoint()}, alice));
    assertThat(asAlice.run("login").out()).isEqualTo("t0\n");
    Message login = AuthenticateRequest.newBuilder().setUser("alice").setPassword("s3cret").build();
    asked(login);
    server.answer(AclGrpc.getListRolesMethod(), ListRolesResponse.getDefaultInstance());
    assertThat(asAlice.run("acl", "role", "ls").exitCode()).isZero();
    assertThat(server.requests).element(1).isEqualTo(login);
    assertThat(shell.run("login").exitCode()).isEqualTo(ExitCode.USAGE.code());

    server.fail(
        AclGrpc.getAuthenticateMethod(), Status.Code.INVALID_ARGUMENT, Reason.WRONG_PASSWORD);
    assertThat(asAlice.run("acl", "role", "ls").exitCode()).isEqualTo(ExitCode.REFUSED.code());
    Ran noFile = shell.run("login", "--user", "alice", "--password-file", "/no/such/file");
    assertThat(noFile.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(noFile.err()).contains("/no/such/file").doesNotContain("s3cret");
  }

  @Test
  void commandsWorkWithAccessControlOfARealServer(@TempDir Path directory) throws Exception {
    Path password = Files.writeString(directory.resolve("pw"), "s3cret\n");
    try (TestServer real = TestServer.start(directory.resolve("data"))) {
      String[] endpoint = {"--endpoints", real.endpoint()};
      Shell nobody = new Shell(endpoint);
      Shell root = as("root", endpoint, password);
      Shell alice = as("alice", endpoint, password);
      // With access control off, the caller does not matter.
      done(root.run("put", "/app/a", "1"));
      String[] newPassword = {"--new-password-file", password.toString()};
      done(
          nobody.run(
              concat(new String[] {"acl", "user", "set", "root", "--roles", "root"}, newPassword)));
      done(nobody.run("acl", "role", "add", "ops"));
      done(
          nobody.run(
              concat(new String[] {"acl", "user", "set", "alice", "--roles", "ops"}, newPassword)));
      done(nobody.run("acl", "enable"));

      Ran anonymous = nobody.run("get", "/app/a");
      assertThat(anonymous.exitCode()).isEqualTo(ExitCode.REFUSED.code());
      assertThat(anonymous.err()).hasLineCount(1).contains("--user");
      Ran denied = alice.run("get", "/app/a", "-o", "json");
      assertThat(denied.exitCode()).isEqualTo(ExitCode.REFUSED.code());
      assertThat(denied.err()).contains("\"reason\":\"PERMISSION_DENIED\"");
      done(root.run("acl", "grant", "/app", "role:ops", "read"));
      assertThat(alice.run("get", "/app/a").out()).isEqualTo("1\n");
      assertThat(alice.run("put", "/app/a", "2").exitCode()).isEqualTo(ExitCode.REFUSED.code());
      assertThat(root.run("acl", "ls", "/app").lines())
          .anyMatch(line -> line.matches("/app +role:ops +read"));
      assertThat(root.run("acl", "user", "ls").lines())
          .anyMatch(line -> line.matches("alice +ops"));
      assertThat(alice.run("login").out()).isNotBlank();
      done(root.run("acl", "revoke", "/app", "role:ops"));
      assertThat(alice.run("get", "/app/a").exitCode()).isEqualTo(ExitCode.REFUSED.code());
      done(root.run("acl", "disable"));
      done(nobody.run("get", "/app/a"));
    }
  }

  private static Shell as(String user, String[] endpoint, Path password) {
    return new Shell(
        concat(endpoint, new String[] {"--user", user, "--password-file", password.toString()}));
  }

  private static void done(Ran ran) {
    assertThat(ran.exitCode()).as(ran.err()).isZero();
  }

  private void asked(Message request) {
    assertThat(server.requests).last().isEqualTo(request);
  }

  private static NewMember member(String name, String url) {
    return NewMember.newBuilder().setName(name).setPeerUrl(url).build();
  }

  private static String[] concat(String[] one, String[] other) {
    String[] all = new String[one.length + other.length];
    System.arraycopy(one, 0, all, 0, one.length);
    System.arraycopy(other, 0, all, one.length, other.length);
    return all;
  }
}
