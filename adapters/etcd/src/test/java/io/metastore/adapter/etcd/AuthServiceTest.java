package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.ServiceFixture.assertFails;
import static io.metastore.adapter.etcd.Values.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.metastore.core.command.AuthChange;
import io.metastore.core.command.Command;
import io.metastore.core.command.SetGrant;
import io.metastore.etcdapi.authpb.Permission;
import io.metastore.etcdapi.authpb.UserAddOptions;
import io.metastore.etcdapi.etcdserverpb.AuthDisableRequest;
import io.metastore.etcdapi.etcdserverpb.AuthEnableRequest;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc.AuthBlockingStub;
import io.metastore.etcdapi.etcdserverpb.AuthRoleAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGetRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthStatusRequest;
import io.metastore.etcdapi.etcdserverpb.AuthStatusResponse;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserChangePasswordRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserDeleteRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserGrantRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserListRequest;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseLeasesRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseTimeToLiveRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs with access control on, a user root, and a user ada with permissions below {@code a/}. */
final class AuthServiceTest {
  private static final String DENIED =
      "rpc error: code = PermissionDenied desc = etcdserver: permission denied";

  private LiveServer server;
  private AuthBlockingStub open;
  private Channel root;
  private AuthBlockingStub admin;
  private Channel ada;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    server = new LiveServer(directory);
    open = AuthGrpc.newBlockingStub(server.channel);
    server.enableAuth();
    root = server.withToken(server.logIn("root", "root"));
    admin = AuthGrpc.newBlockingStub(root);
    addUser("ada", "secret");
    admin.roleAdd(AuthRoleAddRequest.newBuilder().setName("r").build());
    grant("r", Permission.Type.READWRITE, "a/", "a0");
    admin.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser("ada").setRole("r").build());
    ada = server.withToken(server.logIn("ada", "secret"));
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aTokenIsLettersAndTheIndexOfItsLogEntry() {
    assertThat(server.logIn("ada", "secret")).matches("[a-zA-Z]{16}\\.[0-9]+");
  }

  @Test
  void onlyTheRightPasswordGivesAToken() {
    assertFails(() -> server.logIn("ada", "wrong"), EtcdError.AUTH_FAILED);
    assertFails(() -> server.logIn("ada", "x".repeat(73)), EtcdError.AUTH_FAILED);
    assertFails(() -> server.logIn("nobody", "secret"), EtcdError.AUTH_FAILED);
    assertFails(() -> addUser("long", "x".repeat(73)), EtcdError.PASSWORD_TOO_LONG);
  }

  @Test
  void aUserWithoutPasswordCannotLogInWithOne() {
    admin.userAdd(
        AuthUserAddRequest.newBuilder()
            .setName("cert")
            .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
            .build());
    assertFails(() -> server.logIn("cert", ""), EtcdError.NO_PASSWORD_USER);
    changePassword("cert", "p");
    assertFails(() -> server.logIn("cert", "p"), EtcdError.NO_PASSWORD_USER);
  }

  @Test
  void tokenEndsWithItsUserItsPasswordAndAccessControl() {
    changePassword("ada", "other");
    assertFails(() -> get(ada, "a/k"), EtcdError.INVALID_AUTH_TOKEN);

    Channel again = server.withToken(server.logIn("ada", "other"));
    get(again, "a/k");
    admin.userDelete(AuthUserDeleteRequest.newBuilder().setName("ada").build());
    assertFails(() -> get(again, "a/k"), EtcdError.INVALID_AUTH_TOKEN);

    admin.authDisable(AuthDisableRequest.getDefaultInstance());
    get(server.channel, "a/k");
    open.authEnable(AuthEnableRequest.getDefaultInstance());
    assertFails(() -> get(root, "a/k"), EtcdError.INVALID_AUTH_TOKEN);
    assertFails(() -> get(server.withToken("nonsense"), "a/k"), EtcdError.INVALID_AUTH_TOKEN);
  }

  @Test
  void enablingAndDisablingCanBeRepeated() {
    long revision = status().getAuthRevision();
    admin.authEnable(AuthEnableRequest.getDefaultInstance());
    assertThat(status().getEnabled()).isTrue();
    assertThat(status().getAuthRevision()).isEqualTo(revision);
    admin.authDisable(AuthDisableRequest.getDefaultInstance());
    open.authDisable(AuthDisableRequest.getDefaultInstance());
    assertThat(status().getEnabled()).isFalse();
    assertThat(status().getAuthRevision()).isEqualTo(revision + 1);
    assertFails(() -> server.logIn("ada", "secret"), EtcdError.AUTH_NOT_ENABLED);
  }

  @Test
  void permissionsApplyToTheirRange() {
    put(ada, "a/k");
    assertFails(() -> put(ada, "b"), EtcdError.PERMISSION_DENIED);
    assertFails(() -> put(ada, "a"), EtcdError.PERMISSION_DENIED);
    assertFails(
        () -> admin(ada).userList(AuthUserListRequest.getDefaultInstance()),
        EtcdError.PERMISSION_DENIED);
    assertFails(
        () -> open.userList(AuthUserListRequest.getDefaultInstance()), EtcdError.USER_EMPTY);
  }

  @Test
  void manyAdministratorsAtOnceAllGetTheirChangesDone() {
    List<CompletableFuture<String>> added = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String name = "u" + i;
      added.add(
          CompletableFuture.supplyAsync(
              () -> {
                addUser(name, "p");
                return name;
              }));
    }
    assertThat(added).allSatisfy(user -> assertThat(user).succeedsWithin(60, TimeUnit.SECONDS));
    assertThat(admin.userList(AuthUserListRequest.getDefaultInstance()).getUsersList()).hasSize(22);
  }

  @Test
  void aGrantOnADirectoryIsTwoRanges() {
    server
        .node
        .submit(
            Command.newBuilder()
                .setAuthRevision(server.node.access().revision())
                .setAuthChange(
                    AuthChange.newBuilder()
                        .setSetGrant(
                            SetGrant.newBuilder()
                                .setRole("r")
                                .setPermission(
                                    io.metastore.core.command.Permission.newBuilder()
                                        .setKey(bytes("/d/"))
                                        .setRangeEnd(bytes("/d0"))
                                        .setDirectory(true)
                                        .addRights(io.metastore.core.command.Permission.Right.READ)
                                        .addRights(
                                            io.metastore.core.command.Permission.Right.ADMIN))))
                .build())
        .join();
    get(ada, "/d");
    get(ada, "/d/k");
    assertThat(rolePermissions("r")).containsExactly("READ /d ", "READ /d/ /d0", "READWRITE a/ a0");

    admin.roleRevokePermission(
        AuthRoleRevokePermissionRequest.newBuilder()
            .setRole("r")
            .setKey(bytes("/d/"))
            .setRangeEnd(bytes("/d0"))
            .build());
    assertThat(rolePermissions("r")).containsExactly("READWRITE a/ a0");
    assertFails(() -> get(ada, "/d"), EtcdError.PERMISSION_DENIED);
  }

  @Test
  void usingALeaseRequiresWriteOnAllItsKeys() {
    LeaseGrpc.LeaseBlockingStub leases = LeaseGrpc.newBlockingStub(ada);
    long lease = leases.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(600).build()).getID();
    put(ada, "a/1", lease);
    LeaseTimeToLiveRequest withKeys =
        LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build();
    assertThat(leases.leaseTimeToLive(withKeys).getKeysCount()).isEqualTo(1);

    put(root, "b", lease);

    assertFails(() -> put(ada, "a/2", lease), EtcdError.PERMISSION_DENIED);
    assertFails(
        () -> leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build()),
        EtcdError.PERMISSION_DENIED);
    assertFails(() -> leases.leaseTimeToLive(withKeys), EtcdError.PERMISSION_DENIED);
    assertFails(
        () -> leases.leaseLeases(LeaseLeasesRequest.getDefaultInstance()),
        EtcdError.PERMISSION_DENIED);
    assertThat(
            leases
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build())
                .getGrantedTTL())
        .isEqualTo(600);
    assertThat(get(root, "a/1")).isEqualTo(1);
  }

  @Test
  void aWatchThatIsDeniedLeavesItsStreamOpen() {
    ServiceFixture.Client<WatchRequest, WatchResponse> watch = new ServiceFixture.Client<>(100);
    StreamObserver<WatchRequest> requests = WatchGrpc.newStub(ada).watch(watch);
    requests.onNext(watchOf("b"));
    WatchResponse denied = watch.next();
    assertThat(denied.getCreated()).isTrue();
    assertThat(denied.getCanceled()).isTrue();
    assertThat(denied.getCancelReason()).isEqualTo(DENIED);

    requests.onNext(watchOf("a/k"));
    assertThat(watch.next().getCanceled()).isFalse();
    put(root, "a/k");
    assertThat(watch.next().getEventsCount()).isEqualTo(1);

    admin.roleRevokePermission(
        AuthRoleRevokePermissionRequest.newBuilder()
            .setRole("r")
            .setKey(bytes("a/"))
            .setRangeEnd(bytes("a0"))
            .build());
    put(root, "a/k");
    WatchResponse ended = watch.next();
    assertThat(ended.getCanceled()).isTrue();
    assertThat(ended.getCancelReason()).isEqualTo(DENIED);
    assertThat(ended.getEventsCount()).isZero();
  }

  @Test
  void errorsOfUsersAndRoles() {
    assertFails(() -> addUser("", "p"), EtcdError.USER_EMPTY);
    assertFails(() -> addUser("ada", "p"), EtcdError.USER_EXISTS);
    assertFails(() -> changePassword("nobody", "p"), EtcdError.USER_NOT_FOUND);
    assertFails(
        () -> admin.userDelete(AuthUserDeleteRequest.newBuilder().setName("root").build()),
        EtcdError.INVALID_AUTH_MGMT);
    assertFails(() -> admin.roleAdd(AuthRoleAddRequest.getDefaultInstance()), EtcdError.ROLE_EMPTY);
    assertFails(
        () -> admin.roleAdd(AuthRoleAddRequest.newBuilder().setName("r").build()),
        EtcdError.ROLE_EXISTS);
    assertFails(
        () ->
            admin.roleGrantPermission(
                AuthRoleGrantPermissionRequest.newBuilder().setName("r").build()),
        EtcdError.PERMISSION_NOT_GIVEN);
    assertFails(() -> grant("r", Permission.Type.READ, "b", "a"), EtcdError.INVALID_AUTH_MGMT);
    assertFails(() -> grant("none", Permission.Type.READ, "a", ""), EtcdError.ROLE_NOT_FOUND);
    assertFails(
        () ->
            admin.roleRevokePermission(
                AuthRoleRevokePermissionRequest.newBuilder()
                    .setRole("r")
                    .setKey(bytes("a/"))
                    .build()),
        EtcdError.PERMISSION_NOT_GRANTED);
    assertFails(
        () -> admin.roleGet(AuthRoleGetRequest.newBuilder().setRole("root").build()),
        EtcdError.ROLE_NOT_FOUND);
    assertThat(EtcdError.NO_PASSWORD_USER.status().getCode()).isEqualTo(Status.Code.UNKNOWN);
  }

  // --- calls -----------------------------------------------------------------------------------

  private static AuthBlockingStub admin(Channel channel) {
    return AuthGrpc.newBlockingStub(channel);
  }

  private AuthStatusResponse status() {
    return open.authStatus(AuthStatusRequest.getDefaultInstance());
  }

  private void addUser(String name, String password) {
    admin.userAdd(AuthUserAddRequest.newBuilder().setName(name).setPassword(password).build());
  }

  private void changePassword(String name, String password) {
    admin.userChangePassword(
        AuthUserChangePasswordRequest.newBuilder().setName(name).setPassword(password).build());
  }

  private void grant(String role, Permission.Type type, String key, String end) {
    admin.roleGrantPermission(
        AuthRoleGrantPermissionRequest.newBuilder()
            .setName(role)
            .setPerm(
                Permission.newBuilder()
                    .setPermType(type)
                    .setKey(bytes(key))
                    .setRangeEnd(bytes(end)))
            .build());
  }

  private List<String> rolePermissions(String role) {
    return admin
        .roleGet(AuthRoleGetRequest.newBuilder().setRole(role).build())
        .getPermList()
        .stream()
        .map(
            held ->
                held.getPermType()
                    + " "
                    + held.getKey().toStringUtf8()
                    + " "
                    + held.getRangeEnd().toStringUtf8())
        .toList();
  }

  private static long get(Channel channel, String key) {
    return KVGrpc.newBlockingStub(channel)
        .range(RangeRequest.newBuilder().setKey(bytes(key)).build())
        .getCount();
  }

  private static void put(Channel channel, String key) {
    put(channel, key, 0);
  }

  private static void put(Channel channel, String key, long lease) {
    KVGrpc.newBlockingStub(channel)
        .put(PutRequest.newBuilder().setKey(bytes(key)).setLease(lease).build());
  }

  private static WatchRequest watchOf(String key) {
    return WatchRequest.newBuilder()
        .setCreateRequest(WatchCreateRequest.newBuilder().setKey(bytes(key)))
        .build();
  }
}
