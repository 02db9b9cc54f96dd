package io.metastore.adapter.metastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.v1.AclGrpc;
import io.metastore.api.v1.AuthenticateRequest;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.DeleteRoleRequest;
import io.metastore.api.v1.DeleteUserRequest;
import io.metastore.api.v1.DisableRequest;
import io.metastore.api.v1.EnableRequest;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.Grant;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.ListClientsRequest;
import io.metastore.api.v1.ListGrantsRequest;
import io.metastore.api.v1.ListRolesRequest;
import io.metastore.api.v1.ListUsersRequest;
import io.metastore.api.v1.Principal;
import io.metastore.api.v1.PutRequest;
import io.metastore.api.v1.PutRoleRequest;
import io.metastore.api.v1.PutUserRequest;
import io.metastore.api.v1.Right;
import io.metastore.api.v1.SetGrantRequest;
import io.metastore.api.v1.User;
import io.metastore.api.v1.WatchRequest;
import io.metastore.api.v1.WatchResponse;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every test starts with access control off and without users. */
final class AclServiceTest {
  @SuppressWarnings("NullAway.Init") // set before each test
  private NativeServer server;

  @SuppressWarnings("NullAway.Init") // set before each test
  private AclGrpc.AclBlockingStub acl;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    server = NativeServer.start(directory);
    acl = AclGrpc.newBlockingStub(server.channel);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void accessControlIsEnabledOnlyWithAUserRoot() {
    assertFails(Reason.ACL_STATE, () -> acl.enable(EnableRequest.getDefaultInstance()));
    assertFails(Reason.ACL_STATE, () -> acl.disable(DisableRequest.getDefaultInstance()));
    acl.putUser(PutUserRequest.newBuilder().setName("root").build());
    assertFails(Reason.ACL_STATE, () -> acl.enable(EnableRequest.getDefaultInstance()));
    assertFails(Reason.ACL_STATE, () -> authenticate("root", "x"));

    server.enableAccess();

    assertFails(Reason.UNAUTHENTICATED, () -> get());
    AclGrpc.AclBlockingStub root = rootsAcl();
    assertFails(Reason.ACL_STATE, () -> root.enable(EnableRequest.getDefaultInstance()));
  }

  @Test
  void rootCannotBeRemovedWhileAccessControlIsOn() {
    server.enableAccess();
    AclGrpc.AclBlockingStub root = rootsAcl();
    root.putRole(PutRoleRequest.newBuilder().setName("root").build());

    assertFails(
        Reason.ACL_STATE,
        () -> root.deleteUser(DeleteUserRequest.newBuilder().setName("root").build()));
    assertFails(
        Reason.ACL_STATE,
        () -> root.deleteRole(DeleteRoleRequest.newBuilder().setName("root").build()));
    assertFails(
        Reason.ACL_STATE, () -> root.putUser(PutUserRequest.newBuilder().setName("root").build()));

    root.disable(DisableRequest.getDefaultInstance());
    get();
    acl.deleteUser(DeleteUserRequest.newBuilder().setName("root").build());
  }

  @Test
  void tokensEndWhenThePasswordChanges() {
    server.enableAccess();
    AclGrpc.AclBlockingStub root = rootsAcl();
    root.putUser(PutUserRequest.newBuilder().setName("ada").setPassword("first").build());
    String first = authenticate("ada", "first");
    listClients(first);

    // A change of the user that keeps the password does not invalidate the token.
    root.putUser(PutUserRequest.newBuilder().setName("ada").build());
    listClients(first);

    root.putUser(PutUserRequest.newBuilder().setName("ada").setPassword("second").build());
    assertFails(Reason.UNAUTHENTICATED, () -> listClients(first));
    assertFails(Reason.WRONG_PASSWORD, () -> authenticate("ada", "first"));
    String second = authenticate("ada", "second");
    listClients(second);

    root.deleteUser(DeleteUserRequest.newBuilder().setName("ada").build());
    assertFails(Reason.UNAUTHENTICATED, () -> listClients(second));
    assertFails(Reason.WRONG_PASSWORD, () -> authenticate("ada", "second"));
    // A new user with the same name is another user.
    root.putUser(PutUserRequest.newBuilder().setName("ada").build());
    assertFails(Reason.UNAUTHENTICATED, () -> listClients(second));
    assertFails(Reason.WRONG_PASSWORD, () -> authenticate("ada", ""));
  }

  @Test
  void tokensExpire() {
    server.enableAccess();
    rootsAcl().putUser(PutUserRequest.newBuilder().setName("ada").setPassword("p").build());
    long now = System.currentTimeMillis();
    server.clockMs = () -> now;
    String token = authenticate("ada", "p");

    server.clockMs = () -> now + AclService.TOKEN_TTL_MS - 1;
    listClients(token);

    server.clockMs = () -> now + AclService.TOKEN_TTL_MS;
    assertFails(Reason.UNAUTHENTICATED, () -> listClients(token));
    assertFails(Reason.UNAUTHENTICATED, () -> listClients(token.replace('.', ':')));
  }

  @Test
  void tokensEndWhenAccessControlIsDisabled() {
    server.enableAccess();
    String token = server.node().access().newToken("root", Long.MAX_VALUE);
    rootsAcl().disable(DisableRequest.getDefaultInstance());
    get();

    acl.enable(EnableRequest.getDefaultInstance());

    assertFails(Reason.UNAUTHENTICATED, () -> listClients(token));
  }

  @Test
  void streamsOpenedBeforeAccessControlEndWithTheirNextMessage() {
    Received<WatchRequest, WatchResponse> watch = new Received<>(10);
    KeyValueGrpc.newStub(server.channel)
        .watch(WatchRequest.newBuilder().setSubtree("/").build(), watch);
    watch.next();

    server.enableAccess();
    KeyValueGrpc.newBlockingStub(server.channelOfUser("root"))
        .put(PutRequest.newBuilder().setKey("/k").build());

    assertThat(watch.error().getReason()).isEqualTo(Reason.UNAUTHENTICATED);
  }

  @Test
  void usersAndRolesAreListed() {
    acl.putRole(PutRoleRequest.newBuilder().setName("r").build());
    acl.putRole(PutRoleRequest.newBuilder().setName("q").build());
    long revision =
        acl.putUser(PutUserRequest.newBuilder().setName("b").addRoles("r").addRoles("q").build())
            .getRevision();
    acl.putUser(PutUserRequest.newBuilder().setName("a").build());

    assertThat(acl.listRoles(ListRolesRequest.getDefaultInstance()).getRolesList())
        .containsExactly("q", "r");
    assertThat(acl.listUsers(ListUsersRequest.getDefaultInstance()).getUsersList())
        .containsExactly(
            User.newBuilder().setName("a").build(),
            User.newBuilder().setName("b").addRoles("q").addRoles("r").build());
    assertThat(acl.listUsers(ListUsersRequest.getDefaultInstance()).getRevision())
        .as("no change of keys")
        .isEqualTo(revision);

    acl.deleteRole(DeleteRoleRequest.newBuilder().setName("r").build());
    assertThat(acl.listUsers(ListUsersRequest.getDefaultInstance()).getUsers(1).getRolesList())
        .containsExactly("q");
  }

  @Test
  void grantsThatApplyToADirectoryAreListedFromTheRootDown() {
    acl.putUser(PutUserRequest.newBuilder().setName("u").build());
    acl.putRole(PutRoleRequest.newBuilder().setName("r").build());
    Grant deep = grant("/a/b", user("u"), Right.WRITE);
    Grant root = grant("/", role("r"), Right.ADMIN);
    Grant middle = grant("/a", user("u"), Right.READ, Right.WRITE);
    for (Grant each :
        List.of(
            deep,
            root,
            // The order and repetition of rights do not matter.
            middle.toBuilder().clearRights().addAllRights(twice(middle)).build(),
            grant("/a/bc", user("u"), Right.READ),
            grant("/a/b/c", user("u"), Right.READ))) {
      acl.setGrant(SetGrantRequest.newBuilder().setGrant(each).build());
    }

    assertThat(grants("/a/b")).containsExactly(root, middle, deep);
    assertThat(grants("/")).containsExactly(root);

    acl.setGrant(SetGrantRequest.newBuilder().setGrant(grant("/a", user("u"))).build());
    assertThat(grants("/a/b")).containsExactly(root, deep);
    acl.deleteUser(DeleteUserRequest.newBuilder().setName("u").build());
    assertThat(grants("/a/b")).containsExactly(root);
  }

  @Test
  void malformedRequestsAreRefused() {
    assertFails("name", Reason.BAD_REQUEST, () -> acl.putUser(PutUserRequest.getDefaultInstance()));
    assertFails(
        "name",
        Reason.BAD_REQUEST,
        () -> acl.putRole(PutRoleRequest.newBuilder().setName("a\n").build()));
    assertFails("password", Reason.BAD_REQUEST, () -> acl.putUser(userWithPassword("")));
    assertFails(
        "password", Reason.BAD_REQUEST, () -> acl.putUser(userWithPassword("x".repeat(73))));
    assertFails("grant.directory", Reason.BAD_PATH, () -> set(grant("a", user("u"))));
    assertFails(
        "grant.principal", Reason.BAD_REQUEST, () -> set(grant("/", Principal.newBuilder())));
    assertFails(
        "grant.rights[1]",
        Reason.BAD_REQUEST,
        () -> set(grant("/", user("u"), Right.READ, Right.RIGHT_UNSPECIFIED)));
    assertFails("directory", Reason.BAD_PATH, () -> grants("/a/"));
  }

  @Test
  void missingUsersAndRolesAreReportedAsUnknown() {
    assertFails(Reason.UNKNOWN_PRINCIPAL, () -> set(grant("/", user("u"), Right.READ)));
    assertFails(Reason.UNKNOWN_PRINCIPAL, () -> set(grant("/", role("r"), Right.READ)));
    assertFails(
        Reason.UNKNOWN_PRINCIPAL,
        () -> acl.putUser(PutUserRequest.newBuilder().setName("u").addRoles("r").build()));
    assertFails(
        Reason.UNKNOWN_PRINCIPAL,
        () -> acl.deleteUser(DeleteUserRequest.newBuilder().setName("u").build()));
    assertFails(
        Reason.UNKNOWN_PRINCIPAL,
        () -> acl.deleteRole(DeleteRoleRequest.newBuilder().setName("r").build()));
  }

  // --- helpers ---------------------------------------------------------------------------------

  private AclGrpc.AclBlockingStub rootsAcl() {
    return AclGrpc.newBlockingStub(server.channelOfUser("root"));
  }

  private String authenticate(String user, String password) {
    return acl.authenticate(
            AuthenticateRequest.newBuilder().setUser(user).setPassword(password).build())
        .getToken();
  }

  /** A call that any user may make. */
  private void listClients(String token) {
    ClientsGrpc.newBlockingStub(NativeServer.withToken(server.channel, token))
        .listClients(ListClientsRequest.getDefaultInstance());
  }

  /** A call without a token. */
  private void get() {
    KeyValueGrpc.newBlockingStub(server.channel).get(GetRequest.newBuilder().setKey("/k").build());
  }

  private void set(Grant grant) {
    acl.setGrant(SetGrantRequest.newBuilder().setGrant(grant).build());
  }

  private List<Grant> grants(String directory) {
    return acl.listGrants(ListGrantsRequest.newBuilder().setDirectory(directory).build())
        .getGrantsList();
  }

  private static PutUserRequest userWithPassword(String password) {
    return PutUserRequest.newBuilder().setName("u").setPassword(password).build();
  }

  private static Grant grant(String directory, Principal.Builder principal, Right... rights) {
    return Grant.newBuilder()
        .setDirectory(directory)
        .setPrincipal(principal)
        .addAllRights(List.of(rights))
        .build();
  }

  private static List<Right> twice(Grant grant) {
    return List.of(Right.WRITE, Right.READ, grant.getRights(0), Right.WRITE);
  }

  private static Principal.Builder user(String name) {
    return Principal.newBuilder().setUser(name);
  }

  private static Principal.Builder role(String name) {
    return Principal.newBuilder().setRole(name);
  }

  private static void assertFails(Reason reason, ThrowingCallable call) {
    assertThat(NativeServer.errorOf(call).getReason()).isEqualTo(reason);
  }

  private static void assertFails(String field, Reason reason, ThrowingCallable call) {
    ErrorDetail error = NativeServer.errorOf(call);
    assertThat(error.getReason()).isEqualTo(reason);
    assertThat(error.getField()).isEqualTo(field);
  }
}
