package io.metastore.adapter.metastore;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.api.v1.AclGrpc;
import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.ClusterGrpc;
import io.metastore.api.v1.CommitRequest;
import io.metastore.api.v1.CompactRequest;
import io.metastore.api.v1.Condition;
import io.metastore.api.v1.DeleteRequest;
import io.metastore.api.v1.DeleteTreeRequest;
import io.metastore.api.v1.DrainRequest;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.ExecuteRequest;
import io.metastore.api.v1.Fence;
import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetResponse;
import io.metastore.api.v1.Grant;
import io.metastore.api.v1.KeyRange;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.Keys;
import io.metastore.api.v1.ListClientsRequest;
import io.metastore.api.v1.ListGrantsRequest;
import io.metastore.api.v1.ListLocksRequest;
import io.metastore.api.v1.ListRequest;
import io.metastore.api.v1.ListUsersRequest;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.MembersRequest;
import io.metastore.api.v1.NewClientRequest;
import io.metastore.api.v1.Op;
import io.metastore.api.v1.Principal;
import io.metastore.api.v1.Put;
import io.metastore.api.v1.PutRequest;
import io.metastore.api.v1.PutRoleRequest;
import io.metastore.api.v1.PutUserRequest;
import io.metastore.api.v1.QueryRequest;
import io.metastore.api.v1.RangeOp;
import io.metastore.api.v1.ReleaseRequest;
import io.metastore.api.v1.Right;
import io.metastore.api.v1.SetGrantRequest;
import io.metastore.api.v1.SnapshotRequest;
import io.metastore.api.v1.StatusRequest;
import io.metastore.api.v1.TransactionsGrpc;
import io.metastore.api.v1.ValidateRequest;
import io.metastore.api.v1.WatchLockRequest;
import io.metastore.api.v1.WatchRequest;
import io.metastore.api.v1.WatchResponse;
import io.metastore.api.v1.Write;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs with access control on and a user root; every test creates its own users. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AuthorizationTest {
  private static final AtomicInteger USERS = new AtomicInteger();

  @SuppressWarnings("NullAway.Init") // set before all tests
  private NativeServer server;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private AclGrpc.AclBlockingStub rootsAcl;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    server = NativeServer.start(directory);
    server.enableAccess();
    rootsAcl = AclGrpc.newBlockingStub(server.channelOfUser("root"));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void everyMethodDeclaresItsNeeds() {
    int methods = 0;
    for (BindableService service : server.services()) {
      for (MethodDescriptor<?, ?> method :
          service.bindService().getServiceDescriptor().getMethods()) {
        assertThat(Requirements.find(method.getFullMethodName()))
            .as("requirement of %s", method.getFullMethodName())
            .isNotNull();
        methods++;
      }
    }
    assertThat(methods).isGreaterThan(30);
  }

  @Test
  void methodWithoutDeclaredNeedsIsRefused() throws Exception {
    MethodDescriptor<GetRequest, GetResponse> method =
        KeyValueGrpc.getGetMethod().toBuilder()
            .setFullMethodName("metastore.v1.Test/Unruled")
            .build();
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("metastore.v1.Test")
            .addMethod(
                method,
                ServerCalls.asyncUnaryCall(
                    (request, call) -> UnaryAnswer.send(call, GetResponse.getDefaultInstance())))
            .build();
    String name = InProcessServerBuilder.generateName();
    Server unruled =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(
                ServerInterceptors.intercept(
                    service, new Authorization(server.node(), System::currentTimeMillis)))
            .build()
            .start();
    ManagedChannel channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    String token = server.node().access().newToken("root", Long.MAX_VALUE);
    try {
      assertDenied(
          "",
          () ->
              ClientCalls.blockingUnaryCall(
                  NativeServer.withToken(channel, token),
                  method,
                  CallOptions.DEFAULT,
                  get("/d/k")));
    } finally {
      channel.shutdownNow();
      unruled.shutdownNow();
    }
  }

  /**
   * A call that concerns {@code /d} or a key in it.
   *
   * @param rights all the rights that it needs on {@code /d}
   */
  private record Case(String name, List<Right> rights, Consumer<Channel> call) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> calls() {
    return Stream.of(
        new Case("Get", List.of(Right.READ), c -> kv(c).get(get("/d/k"))),
        new Case("Get of the directory's key", List.of(Right.READ), c -> kv(c).get(get("/d"))),
        new Case(
            "GetRange",
            List.of(Right.READ),
            c ->
                first(kv(c).getRange(GetRangeRequest.newBuilder().setKeys(subtree("/d")).build()))),
        new Case(
            "List",
            List.of(Right.READ),
            c -> kv(c).list(ListRequest.newBuilder().setDirectory("/d").build())),
        new Case(
            "Watch",
            List.of(Right.READ),
            c -> first(kv(c).watch(WatchRequest.newBuilder().setSubtree("/d").build()))),
        new Case("Put", List.of(Right.WRITE), c -> kv(c).put(put("/d/k").build())),
        new Case(
            "Put that returns the previous",
            List.of(Right.READ, Right.WRITE),
            c -> kv(c).put(put("/d/k").setReturnPrevious(true).build())),
        new Case(
            "Put with a condition",
            List.of(Right.READ, Right.WRITE),
            c ->
                kv(c)
                    .put(
                        put("/d/k")
                            .addConditions(
                                Condition.newBuilder()
                                    .setFence(Fence.newBuilder().setLock("/d/l").setToken(1)))
                            .build())),
        new Case(
            "Delete",
            List.of(Right.WRITE),
            c -> kv(c).delete(DeleteRequest.newBuilder().setKey("/d/k").build())),
        new Case(
            "DeleteTree",
            List.of(Right.WRITE),
            c -> kv(c).deleteTree(DeleteTreeRequest.newBuilder().setPath("/d").build())),
        new Case(
            "Execute",
            List.of(Right.READ, Right.WRITE),
            c ->
                TransactionsGrpc.newBlockingStub(c)
                    .execute(
                        ExecuteRequest.newBuilder()
                            .setReadRevision(1)
                            .addReads(subtree("/d"))
                            .addWrites(write("/d/k"))
                            .build())),
        new Case(
            "Commit, whichever branch runs",
            List.of(Right.READ, Right.WRITE),
            c ->
                TransactionsGrpc.newBlockingStub(c)
                    .commit(
                        CommitRequest.newBuilder()
                            .addThen(
                                Op.newBuilder()
                                    .setGetRange(RangeOp.newBuilder().setKeys(subtree("/d"))))
                            .addOtherwise(Op.newBuilder().setWrite(write("/d/k")))
                            .build())),
        new Case(
            "Commit that only reads",
            List.of(Right.READ),
            c ->
                TransactionsGrpc.newBlockingStub(c)
                    .commit(
                        CommitRequest.newBuilder()
                            .addThen(Op.newBuilder().setGet("/d/k"))
                            .build())),
        new Case(
            "Acquire",
            List.of(Right.WRITE),
            c ->
                LocksGrpc.newBlockingStub(c)
                    .acquire(AcquireRequest.newBuilder().setLock("/d/l").setClientId(9).build())),
        new Case(
            "Release",
            List.of(Right.WRITE),
            c ->
                LocksGrpc.newBlockingStub(c)
                    .release(ReleaseRequest.newBuilder().setLock("/d/l").setToken(9).build())),
        new Case(
            "Query",
            List.of(Right.READ),
            c ->
                LocksGrpc.newBlockingStub(c)
                    .query(QueryRequest.newBuilder().setLock("/d/l").build())),
        new Case(
            "ListLocks",
            List.of(Right.READ),
            c ->
                LocksGrpc.newBlockingStub(c)
                    .listLocks(ListLocksRequest.newBuilder().setDirectory("/d").build())),
        new Case(
            "Validate",
            List.of(Right.READ),
            c ->
                LocksGrpc.newBlockingStub(c)
                    .validate(ValidateRequest.newBuilder().setSequencer("v1:x:1:1:/d/l").build())),
        new Case(
            "Watch of a lock",
            List.of(Right.READ),
            c ->
                first(
                    LocksGrpc.newBlockingStub(c)
                        .watch(WatchLockRequest.newBuilder().setLock("/d/l").build()))),
        new Case(
            "SetGrant",
            List.of(Right.ADMIN),
            c ->
                AclGrpc.newBlockingStub(c)
                    .setGrant(grant("/d/sub", Principal.newBuilder().setUser("root")))),
        new Case(
            "ListGrants",
            List.of(Right.ADMIN),
            c ->
                AclGrpc.newBlockingStub(c)
                    .listGrants(ListGrantsRequest.newBuilder().setDirectory("/d/sub").build())));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void callNeedsExactlyItsRights(Case call) {
    for (Right missing : call.rights()) {
      List<Right> others = new ArrayList<>(List.of(Right.READ, Right.WRITE, Right.ADMIN));
      others.remove(missing);
      ErrorDetail denied = findError(call, userWith("/d", others));
      assertThat(denied.getReason()).as("without %s", missing).isEqualTo(Reason.PERMISSION_DENIED);
      assertThat(denied.getPath()).startsWith("/d");
    }
    assertThat(findError(call, userWith("/d", call.rights())).getReason())
        .isNotEqualTo(Reason.PERMISSION_DENIED)
        .isNotEqualTo(Reason.UNAUTHENTICATED);
    assertThat(findError(call, server.channel).getReason()).isEqualTo(Reason.UNAUTHENTICATED);
  }

  @Test
  void grantsApplyBelowADirectoryButNotBesideIt() {
    KeyValueGrpc.KeyValueBlockingStub user = kv(userWith("/a", List.of(Right.READ, Right.WRITE)));

    user.put(put("/a").build());
    user.put(put("/a/b/c").build());
    assertDenied("/ab", () -> user.put(put("/ab").build()));
    assertDenied("/a-b", () -> user.get(get("/a-b")));
    assertDenied("/", () -> user.list(ListRequest.newBuilder().setDirectory("/").build()));
    assertDenied(
        "/a",
        () ->
            first(
                user.getRange(
                    GetRangeRequest.newBuilder()
                        .setKeys(
                            Keys.newBuilder()
                                .setRange(KeyRange.newBuilder().setStart("/a").setEnd("/b")))
                        .build())));
    assertDenied("/", () -> user.deleteTree(DeleteTreeRequest.newBuilder().setPath("/").build()));
  }

  @Test
  void rightsOfRolesApplyUntilTheRoleIsDeleted() {
    String name = newUser();
    String role = name + "-role";
    rootsAcl.putRole(PutRoleRequest.newBuilder().setName(role).build());
    rootsAcl.setGrant(grant("/r", Principal.newBuilder().setRole(role), Right.READ));
    KeyValueGrpc.KeyValueBlockingStub user = kv(server.channelOfUser(name));
    assertDenied("/r/k", () -> user.get(get("/r/k")));

    rootsAcl.putUser(PutUserRequest.newBuilder().setName(name).addRoles(role).build());
    user.get(get("/r/k"));

    rootsAcl.setGrant(grant("/r", Principal.newBuilder().setRole(role)));
    assertDenied("/r/k", () -> user.get(get("/r/k")));
  }

  @Test
  void malformedRequestsAreReportedAsMalformed() {
    KeyValueGrpc.KeyValueBlockingStub user = kv(server.channelOfUser(newUser()));

    assertThat(NativeServer.errorOf(() -> user.get(get("/a//b"))).getReason())
        .isEqualTo(Reason.BAD_PATH);
    assertThat(
            NativeServer.errorOf(() -> user.watch(WatchRequest.getDefaultInstance()).next())
                .getReason())
        .isEqualTo(Reason.BAD_REQUEST);
  }

  @Test
  void rootMayDoEverything() {
    KeyValueGrpc.KeyValueBlockingStub root = kv(server.channelOfUser("root"));
    root.put(put("/any/thing").build());
    root.list(ListRequest.newBuilder().setDirectory("/").build());
    rootsAcl.listUsers(ListUsersRequest.getDefaultInstance());
  }

  @Test
  void callsWithoutKeysNeedOnlyAUser() {
    Channel user = server.channelOfUser(newUser());

    ClientsGrpc.newBlockingStub(user).newClient(NewClientRequest.getDefaultInstance());
    ClientsGrpc.newBlockingStub(user).listClients(ListClientsRequest.getDefaultInstance());
    ClusterGrpc.newBlockingStub(user).members(MembersRequest.getDefaultInstance());
    TransactionsGrpc.newBlockingStub(user).snapshot(SnapshotRequest.getDefaultInstance());

    assertThat(
            NativeServer.errorOf(
                    () ->
                        ClientsGrpc.newBlockingStub(server.channel)
                            .newClient(NewClientRequest.getDefaultInstance()))
                .getReason())
        .isEqualTo(Reason.UNAUTHENTICATED);
    ClusterGrpc.newBlockingStub(server.channel).status(StatusRequest.getDefaultInstance());
  }

  @Test
  void administeringNeedsAdminOnTheRoot() {
    Channel user = userWith("/", List.of(Right.READ, Right.WRITE));
    assertDenied(
        "/", () -> ClusterGrpc.newBlockingStub(user).drain(DrainRequest.getDefaultInstance()));
    assertDenied(
        "/", () -> AclGrpc.newBlockingStub(user).listUsers(ListUsersRequest.getDefaultInstance()));
    assertDenied(
        "/", () -> KeyValueGrpc.newBlockingStub(user).compact(CompactRequest.getDefaultInstance()));
    assertThat(server.stopAsked).isFalse();

    AclGrpc.newBlockingStub(userWith("/", List.of(Right.ADMIN)))
        .listUsers(ListUsersRequest.getDefaultInstance());
  }

  @Test
  void watchEndsWhenItsRightIsRevoked() {
    String name = newUser();
    rootsAcl.setGrant(grant("/w", Principal.newBuilder().setUser(name), Right.READ));
    Received<WatchRequest, WatchResponse> watch = new Received<>(10);
    KeyValueGrpc.newStub(server.channelOfUser(name))
        .watch(WatchRequest.newBuilder().setSubtree("/w").build(), watch);
    watch.next();
    KeyValueGrpc.KeyValueBlockingStub root = kv(server.channelOfUser("root"));

    // Changes of other users' rights do not affect it.
    newUser();
    root.put(put("/w/seen").build());
    assertThat(watch.next().getEvents(0).getEntry().getKey()).isEqualTo("/w/seen");

    rootsAcl.setGrant(grant("/w", Principal.newBuilder().setUser(name)));
    root.put(put("/w/unseen").build());

    assertThat(watch.error().getReason()).isEqualTo(Reason.PERMISSION_DENIED);
  }

  @Test
  void commandAuthorizedWithOldRulesIsAuthorizedAgain() {
    String name = newUser();
    rootsAcl.setGrant(grant("/old", Principal.newBuilder().setUser(name), Right.WRITE));
    String token = server.node().access().newToken(name, Long.MAX_VALUE);
    Command command = WriteTranslator.toCommand(put("/old/k").build());
    Requirements.Needs needs =
        new Requirements.Needs(true, List.of(Need.write(KeyBounds.key("key", "/old/k"), "/old/k")));
    TokenCaller caller = new TokenCaller(token, 0);
    CallAccess access = new CallAccess(server.node(), caller);
    assertThat(access.findRefusal(caller.demand(needs))).isNull();

    newUser();
    assertThat(CallAccess.submit(server.node(), access, command).join())
        .isInstanceOf(Outcome.TxnDone.class);

    rootsAcl.setGrant(grant("/old", Principal.newBuilder().setUser(name)));
    CompletableFuture<Outcome> refused = CallAccess.submit(server.node(), access, command);
    assertThat(refused.handle((outcome, failure) -> Errors.of(failure)).join())
        .extracting(NativeServer::errorOf)
        .extracting(ErrorDetail::getReason)
        .isEqualTo(Reason.PERMISSION_DENIED);
  }

  @Test
  void laggingMemberDoesNotRefuseGrantedRights() {
    String name = newUser();
    AccessRules before = server.node().access();
    rootsAcl.setGrant(grant("/late", Principal.newBuilder().setUser(name), Right.READ));
    String token = server.node().access().newToken(name, Long.MAX_VALUE);
    // Knows the newest rules only after a barrier has been passed.
    boolean[] passed = new boolean[1];
    Metastore behind =
        (Metastore)
            Proxy.newProxyInstance(
                Metastore.class.getClassLoader(),
                new Class<?>[] {Metastore.class},
                (proxy, method, arguments) -> {
                  passed[0] |= method.getName().equals("view");
                  try {
                    return method.getName().equals("access") && !passed[0]
                        ? before
                        : method.invoke(server.node(), arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });

    MetastoreSettings settings = new MetastoreSettings("0.0.1-test", () -> {});
    try (NativeServer.Front front =
        new NativeServer.Front(new MetastoreServices(behind, settings))) {
      kv(NativeServer.withToken(front.channel, token)).get(get("/late/k"));
    }
    assertThat(passed[0]).isTrue();
  }

  // --- users and calls -------------------------------------------------------------------------

  private String newUser() {
    String name = "user-" + USERS.incrementAndGet();
    rootsAcl.putUser(PutUserRequest.newBuilder().setName(name).build());
    return name;
  }

  private Channel userWith(String directory, List<Right> rights) {
    String name = newUser();
    rootsAcl.setGrant(
        grant(directory, Principal.newBuilder().setUser(name), rights.toArray(Right[]::new)));
    return server.channelOfUser(name);
  }

  private static SetGrantRequest grant(
      String directory, Principal.Builder principal, Right... rights) {
    return SetGrantRequest.newBuilder()
        .setGrant(
            Grant.newBuilder()
                .setDirectory(directory)
                .setPrincipal(principal)
                .addAllRights(List.of(rights)))
        .build();
  }

  /** The error's detail; empty if there is none. */
  private static ErrorDetail findError(Case call, Channel channel) {
    Throwable thrown = Assertions.catchThrowable(() -> call.call().accept(channel));
    return thrown == null
        ? ErrorDetail.getDefaultInstance()
        : NativeServer.errorOf((StatusRuntimeException) thrown);
  }

  private static void assertDenied(String path, ThrowingCallable call) {
    ErrorDetail error = NativeServer.errorOf(call);
    assertThat(error.getReason()).isEqualTo(Reason.PERMISSION_DENIED);
    assertThat(error.getPath()).isEqualTo(path);
  }

  /** Keeps the stream open until the server is closed. */
  private static <T> void first(Iterator<T> stream) {
    assertThat(stream.next()).isNotNull();
  }

  private static KeyValueGrpc.KeyValueBlockingStub kv(Channel channel) {
    return KeyValueGrpc.newBlockingStub(channel);
  }

  private static GetRequest get(String key) {
    return GetRequest.newBuilder().setKey(key).build();
  }

  private static PutRequest.Builder put(String key) {
    return PutRequest.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8("v"));
  }

  private static Write write(String key) {
    return Write.newBuilder().setPut(Put.newBuilder().setKey(key)).build();
  }

  private static Keys subtree(String directory) {
    return Keys.newBuilder().setSubtree(directory).build();
  }
}
