package io.metastore.compat.auth;

import static io.metastore.compat.auth.Users.auth;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.etcdapi.authpb.Permission;
import io.metastore.etcdapi.etcdserverpb.AuthEnableRequest;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.AuthRoleAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserChangePasswordRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserDeleteRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserGrantRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserRevokeRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthenticateRequest;
import io.metastore.etcdapi.etcdserverpb.AuthenticateResponse;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Users of a cluster of three, who talk to all members. Also runs against a real etcd ({@code
 * -Dcompat.server=…/etcd-newest}, see {@code bench/peers.sh}).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterAuthTest {
  static final String NO_USER = "INVALID_ARGUMENT: etcdserver: user name is empty";
  static final String INVALID_TOKEN = "UNAUTHENTICATED: etcdserver: invalid auth token";
  static final String DENIED = "PERMISSION_DENIED: etcdserver: permission denied";
  static final String OLD_REVISION = "INVALID_ARGUMENT: etcdserver: revision of auth store is old";
  private static final String WRONG =
      "INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password";
  static final String OK = "ok";

  private static final int WRONG_PASSWORDS = 600;
  private static final int WRONG_AT_ONCE = 64;
  private static final int CONNECTIONS = 16;

  private ClusterProcesses cluster;
  private final List<Channel> members = new ArrayList<>();
  private Channel root;

  @BeforeAll
  void start() throws Exception {
    // A cheaper hash, so that the test of many passwords takes seconds only.
    cluster = ClusterProcesses.three(ClusterAuthTest.class, "--bcrypt-cost=8");
    cluster.members().forEach(member -> members.add(member.channel()));
    Channel first = members.get(0);
    addUser(first, "root");
    auth(first).roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
    grant(first, "root", "root");
    auth(first).roleAdd(AuthRoleAddRequest.newBuilder().setName("a").build());
    Permission below =
        Permission.newBuilder()
            .setPermType(Permission.Type.READWRITE)
            .setKey(bytes("/a/"))
            .setRangeEnd(bytes("/a0"))
            .build();
    auth(first)
        .roleGrantPermission(
            AuthRoleGrantPermissionRequest.newBuilder().setName("a").setPerm(below).build());
    auth(first).authEnable(AuthEnableRequest.getDefaultInstance());
    root = Users.withToken(first, logIn(first, "root"));
  }

  @AfterAll
  void stop() throws Exception {
    cluster.close();
  }

  @Test
  void enabledThroughOneMemberItCountsOnAll() {
    for (Channel member : members) {
      assertThat(put(member, "/a/k", "v")).isEqualTo(NO_USER);
      assertThat(get(member, "/a/k")).isEqualTo(NO_USER);
    }
  }

  @Test
  void aTokenOfOneMemberCountsOnAll() throws Exception {
    user("alice");
    String token = logIn(members.get(1), "alice");
    for (Channel member : members) {
      Channel alice = Users.withToken(member, token);
      awaitToken(alice);
      assertThat(put(alice, "/a/k", "v")).isEqualTo(OK);
      assertThat(put(alice, "/b/k", "v")).isEqualTo(DENIED);
      assertThat(get(alice, "/b/k")).isEqualTo(DENIED);
    }
  }

  /** Whatever member is asked: what began after the role was revoked is not done. */
  @Test
  void aRevokedRoleEndsCallsOnAllMembers() throws Exception {
    user("bob");
    String token = logIn(members.get(0), "bob");
    AtomicBoolean revoked = new AtomicBoolean();
    List<String> late = new ArrayList<>();
    List<Thread> writers = new ArrayList<>();
    List<AtomicBoolean> running = new ArrayList<>();
    for (Channel member : members) {
      Channel bob = Users.withToken(member, token);
      awaitToken(bob);
      AtomicBoolean wrote = new AtomicBoolean();
      running.add(wrote);
      Thread writer =
          new Thread(
              () -> {
                String answer;
                do {
                  boolean begunLate = revoked.get();
                  answer = put(bob, "/a/bob", "v");
                  wrote.set(true);
                  if (begunLate) {
                    synchronized (late) {
                      late.add(answer);
                    }
                  }
                } while (answer.equals(OK) || answer.equals(OLD_REVISION));
              });
      writers.add(writer);
      writer.start();
    }
    Await.until("all write", () -> running.stream().allMatch(AtomicBoolean::get));
    auth(root)
        .userRevokeRole(AuthUserRevokeRoleRequest.newBuilder().setName("bob").setRole("a").build());
    revoked.set(true);
    for (Thread writer : writers) {
      writer.join(Await.PATIENCE.toMillis());
      assertThat(writer.isAlive()).isFalse();
    }
    assertThat(late).isSubsetOf(DENIED, OLD_REVISION);
    for (Channel member : members) {
      assertThat(put(Users.withToken(member, token), "/a/bob", "v")).isEqualTo(DENIED);
    }
  }

  @Test
  void tokensOfADeletedUserAndOfAnOldPasswordAreInvalidOnAllMembers() throws Exception {
    user("carol");
    user("dave");
    String carols = logIn(members.get(1), "carol");
    String daves = logIn(members.get(2), "dave");
    for (Channel member : members) {
      awaitToken(Users.withToken(member, carols));
      awaitToken(Users.withToken(member, daves));
    }
    auth(root).userDelete(AuthUserDeleteRequest.newBuilder().setName("carol").build());
    auth(root)
        .userChangePassword(
            AuthUserChangePasswordRequest.newBuilder().setName("dave").setPassword("new").build());
    for (Channel member : members) {
      for (String token : List.of(carols, daves)) {
        Channel caller = Users.withToken(member, token);
        Await.until(
            "the member knows that the token is invalid",
            () -> {
              String answer = put(caller, "/a/k", "v");
              assertThat(answer).isIn(INVALID_TOKEN, OLD_REVISION);
              return answer.equals(INVALID_TOKEN);
            });
        assertThat(get(caller, "/a/k")).isEqualTo(INVALID_TOKEN);
      }
      assertThat(failure(() -> logIn(member, "dave"))).isEqualTo(WRONG);
    }
  }

  /** More than the processors can hash, so logins queue; others must not queue behind them. */
  @Test
  void manyWrongPasswordsKeepNobodyElseWaiting() throws Exception {
    user("erin");
    user("frank");
    Channel erin = Users.withToken(members.get(0), logIn(members.get(0), "erin"));
    Deque<ListenableFuture<AuthenticateResponse>> guesses = new ArrayDeque<>();
    AuthGrpc.AuthFutureStub guessing = AuthGrpc.newFutureStub(members.get(0));
    int answered = 0;
    for (int guess = 0; guess < WRONG_PASSWORDS; guess++) {
      String name = guess % 2 == 0 ? "erin" : "nobody" + guess;
      guesses.add(
          guessing.authenticate(
              AuthenticateRequest.newBuilder().setName(name).setPassword("x" + guess).build()));
      if (guesses.size() == WRONG_AT_ONCE) {
        assertThat(put(erin, "/a/erin", "v")).isEqualTo(OK);
        assertThat(get(erin, "/a/erin")).isEqualTo(OK);
        if (guess % 100 == 0) {
          assertThat(logIn(members.get(0), "frank")).isNotEmpty();
        }
        assertRefused(guesses.remove());
        answered++;
      }
    }
    for (ListenableFuture<AuthenticateResponse> guess : guesses) {
      assertRefused(guess);
      answered++;
    }
    assertThat(answered).isEqualTo(WRONG_PASSWORDS);
  }

  /**
   * Somebody guesses the password of a user through many connections. The user's own logins succeed
   * all the same, because the user has logged in to this member before.
   */
  @Test
  void aUserWhosePasswordIsGuessedCanLogIn() throws Exception {
    user("grace");
    Channel member = members.get(0);
    assertThat(logIn(member, "grace")).isNotEmpty();
    List<ManagedChannel> connections = new ArrayList<>();
    Deque<ListenableFuture<AuthenticateResponse>> guesses = new ArrayDeque<>();
    try {
      for (int connection = 0; connection < CONNECTIONS; connection++) {
        connections.add(cluster.members().get(0).newChannel());
      }
      for (int guess = 0; guess < WRONG_PASSWORDS; guess++) {
        guesses.add(
            AuthGrpc.newFutureStub(connections.get(guess % CONNECTIONS))
                .authenticate(
                    AuthenticateRequest.newBuilder()
                        .setName("grace")
                        .setPassword("x" + guess)
                        .build()));
        if (guesses.size() == WRONG_AT_ONCE) {
          if (guess % 10 == 0) {
            assertThat(logIn(member, "grace")).isNotEmpty();
          }
          assertRefused(guesses.remove());
        }
      }
      for (ListenableFuture<AuthenticateResponse> guess : guesses) {
        assertRefused(guess);
      }
    } finally {
      connections.forEach(ManagedChannel::shutdownNow);
    }
  }

  /** Each member has accepted the old password before, and does not know of the change yet. */
  @Test
  void aChangedPasswordIsWrongAtOnceOnAllMembers() throws Exception {
    user("heidi");
    for (int change = 0; change < 10; change++) {
      String old = change == 0 ? "heidi" : "p" + (change - 1);
      String changed = "p" + change;
      for (Channel member : members) {
        assertThat(logIn(member, "heidi", old)).isNotEmpty();
      }
      auth(root)
          .userChangePassword(
              AuthUserChangePasswordRequest.newBuilder()
                  .setName("heidi")
                  .setPassword(changed)
                  .build());
      for (Channel member : members) {
        assertThat(failure(() -> logIn(member, "heidi", old))).isEqualTo(WRONG);
        assertThat(logIn(member, "heidi", changed)).isNotEmpty();
      }
    }
    auth(root).userDelete(AuthUserDeleteRequest.newBuilder().setName("heidi").build());
    for (Channel member : members) {
      assertThat(failure(() -> logIn(member, "heidi", "p9"))).isEqualTo(WRONG);
    }
  }

  /** Too many at once are turned away without a look at the password. */
  private static void assertRefused(ListenableFuture<AuthenticateResponse> guess) throws Exception {
    try {
      guess.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      throw new AssertionError("a wrong password was right");
    } catch (ExecutionException e) {
      assertThat(text(Status.fromThrowable(e)))
          .isIn(WRONG, "UNKNOWN: etcdserver: too many requests");
    }
  }

  // ---------------------------------------------------------------------------------------------

  /** A member learns of a token when it applies the entry that gives it. */
  private static void awaitToken(Channel caller) throws InterruptedException {
    Await.until("the token is known", () -> !get(caller, "/a/k").equals(INVALID_TOKEN));
  }

  /** Adds a user who may read and write below /a/. */
  private void user(String name) {
    addUser(root, name);
    grant(root, name, "a");
  }

  static void addUser(Channel channel, String name) {
    auth(channel).userAdd(AuthUserAddRequest.newBuilder().setName(name).setPassword(name).build());
  }

  static void grant(Channel channel, String user, String role) {
    auth(channel)
        .userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build());
  }

  static String logIn(Channel channel, String user) {
    return logIn(channel, user, user);
  }

  private static String logIn(Channel channel, String user, String password) {
    return auth(channel)
        .authenticate(AuthenticateRequest.newBuilder().setName(user).setPassword(password).build())
        .getToken();
  }

  static String put(Channel channel, String key, String value) {
    return failure(
        () ->
            kv(channel)
                .put(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build()));
  }

  static String get(Channel channel, String key) {
    return failure(() -> kv(channel).range(RangeRequest.newBuilder().setKey(bytes(key)).build()));
  }

  private static KVGrpc.KVBlockingStub kv(Channel channel) {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static String failure(Runnable call) {
    try {
      call.run();
      return OK;
    } catch (StatusRuntimeException e) {
      return text(e.getStatus());
    }
  }

  private static String text(Status status) {
    return status.getCode() + ": " + status.getDescription();
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
