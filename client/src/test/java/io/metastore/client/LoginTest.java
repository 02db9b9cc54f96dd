package io.metastore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.metastore.api.v1.AclGrpc;
import io.metastore.api.v1.AuthenticateResponse;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.CloseClientResponse;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetResponse;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.NewClientResponse;
import io.metastore.api.v1.PutRequest;
import io.metastore.api.v1.PutResponse;
import io.metastore.api.v1.WatchRequest;
import io.metastore.api.v1.WatchResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the client obtains the token that it sends with its calls. */
@Timeout(120)
final class LoginTest {
  private static final GetRequest GET = GetRequest.newBuilder().setKey("/a").build();

  private ScriptedCluster cluster;
  private MetastoreClient client;

  @BeforeEach
  void connect() throws Exception {
    cluster = new ScriptedCluster(1);
    client = cluster.client().user("alice", "secret").build();
  }

  @AfterEach
  void disconnect() {
    client.close();
    cluster.close();
  }

  @Test
  void firstCallLogsInAndLaterOnesUseTheToken() throws Exception {
    CompletableFuture<GetResponse> first = client.keyValue().getAsync(GET);
    logIn("t1");
    get("t1").answer(GetResponse.newBuilder().setRevision(3).build());
    assertThat(first.get().getRevision()).isEqualTo(3);
    CompletableFuture<GetResponse> second = client.keyValue().getAsync(GET);
    get("t1").answer(GetResponse.getDefaultInstance());
    second.get();
    assertThat(cluster.waiting(AclGrpc.getAuthenticateMethod())).isZero();
  }

  @Test
  void expiredTokenIsRenewedAndTheCallRepeatedEvenIfItWrites() throws Exception {
    CompletableFuture<PutResponse> write =
        client.keyValue().putAsync(PutRequest.newBuilder().setKey("/a").build());
    logIn("t1");
    var refused = cluster.next(KeyValueGrpc.getPutMethod());
    refused.fail(Status.Code.UNAUTHENTICATED, Reason.UNAUTHENTICATED);
    logIn("t2");
    var again = cluster.next(KeyValueGrpc.getPutMethod());
    assertThat(again.token()).isEqualTo("t2");
    again.answer(PutResponse.newBuilder().setRevision(9).build());
    assertThat(write.get().getRevision()).isEqualTo(9);
  }

  @Test
  void callThatIsRefusedWithAFreshTokenFails() throws Exception {
    CompletableFuture<GetResponse> read = client.keyValue().getAsync(GET);
    logIn("t1");
    get("t1").fail(Status.Code.UNAUTHENTICATED, Reason.UNAUTHENTICATED);
    logIn("t2");
    get("t2").fail(Status.Code.UNAUTHENTICATED, Reason.UNAUTHENTICATED);
    failsBecause(read, Reason.UNAUTHENTICATED);
  }

  @Test
  void callFailsWithTheErrorOfAWrongPassword() throws Exception {
    CompletableFuture<GetResponse> read = client.keyValue().getAsync(GET);
    cluster
        .next(AclGrpc.getAuthenticateMethod())
        .fail(Status.Code.INVALID_ARGUMENT, Reason.WRONG_PASSWORD);
    failsBecause(read, Reason.WRONG_PASSWORD);
    // The user may have been corrected since.
    CompletableFuture<GetResponse> later = client.keyValue().getAsync(GET);
    logIn("t1");
    get("t1").answer(GetResponse.getDefaultInstance());
    later.get();
  }

  @Test
  void withoutAccessControlThereIsNoToken() throws Exception {
    CompletableFuture<GetResponse> read = client.keyValue().getAsync(GET);
    cluster
        .next(AclGrpc.getAuthenticateMethod())
        .fail(Status.Code.FAILED_PRECONDITION, Reason.ACL_STATE);
    get("").answer(GetResponse.getDefaultInstance());
    read.get();
  }

  @Test
  void watchContinuesWithANewToken() throws Exception {
    try (Watch watch =
        client
            .keyValue()
            .watch(WatchRequest.newBuilder().setKey("/a").build(), (revision, events) -> {})) {
      logIn("t1");
      var first = cluster.next(KeyValueGrpc.getWatchMethod());
      first.tell(WatchResponse.newBuilder().setRevision(4).build());
      assertThat(watch.ready().get()).isEqualTo(4);
      first.fail(Status.Code.UNAUTHENTICATED, Reason.UNAUTHENTICATED);
      logIn("t2");
      var second = cluster.next(KeyValueGrpc.getWatchMethod());
      assertThat(second.token()).isEqualTo("t2");
      assertThat(second.request().getStartRevision()).isEqualTo(5);
    }
  }

  @Test
  void sessionRenewalsCarryAToken() throws Exception {
    ManualTimer timer = new ManualTimer();
    try (ScriptedCluster pair = new ScriptedCluster(2);
        MetastoreClient patient = pair.client().timer(timer).user("alice", "secret").build()) {
      CompletableFuture<Session> session = patient.newSessionAsync(Duration.ofSeconds(9), "test");
      logIn(pair, "t1");
      pair.next(ClientsGrpc.getNewClientMethod())
          .answer(NewClientResponse.newBuilder().setClientId(7).setTtlMs(9_000).build());
      session.get();
      timer.advance(Duration.ofSeconds(3));
      var renewal = pair.next(ClientsGrpc.getKeepAliveMethod());
      assertThat(renewal.token()).isEqualTo("t1");
      renewal.fail(Status.Code.UNAUTHENTICATED, Reason.UNAUTHENTICATED);
      while (pair.waiting(AclGrpc.getAuthenticateMethod()) == 0) {
        // Runs the next attempt, which is due at once after the failure.
        timer.advance(Duration.ZERO);
      }
      logIn(pair, "t2");
      assertThat(pair.next(ClientsGrpc.getKeepAliveMethod()).token()).isEqualTo("t2");
      CompletableFuture<Void> closing = session.get().closeAsync();
      pair.next(ClientsGrpc.getCloseClientMethod())
          .answer(CloseClientResponse.getDefaultInstance());
      closing.get();
    }
  }

  @Test
  void givenTokenIsUsedAsItIs() throws Exception {
    try (MetastoreClient bearer = cluster.client().token("given").build()) {
      CompletableFuture<GetResponse> read = bearer.keyValue().getAsync(GET);
      get("given").fail(Status.Code.UNAUTHENTICATED, Reason.UNAUTHENTICATED);
      failsBecause(read, Reason.UNAUTHENTICATED);
      CompletableFuture<String> token = bearer.accessControl().authenticateAsync("bob", "pw");
      logIn("bobs");
      assertThat(token.get()).isEqualTo("bobs");
    }
  }

  private void logIn(String token) throws InterruptedException {
    logIn(cluster, token);
  }

  private static void logIn(ScriptedCluster at, String token) throws InterruptedException {
    var request = at.next(AclGrpc.getAuthenticateMethod());
    assertThat(request.token()).isEmpty();
    request.answer(AuthenticateResponse.newBuilder().setToken(token).build());
  }

  private ScriptedCluster.Incoming<GetRequest, GetResponse> get(String token)
      throws InterruptedException {
    var request = cluster.next(KeyValueGrpc.getGetMethod());
    assertThat(request.token()).isEqualTo(token);
    return request;
  }

  private static void failsBecause(CompletableFuture<?> call, Reason reason) {
    assertThatThrownBy(call::get)
        .cause()
        .isInstanceOfSatisfying(
            MetastoreException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
