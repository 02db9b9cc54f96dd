package io.metastore.adapter.metastore;

import static io.metastore.adapter.metastore.NativeServer.errorOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.ClientInfo;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.CloseClientRequest;
import io.metastore.api.v1.CloseClientResponse;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.KeepAliveRequest;
import io.metastore.api.v1.KeepAliveResponse;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.ListClientsRequest;
import io.metastore.api.v1.ListClientsResponse;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.NewClientRequest;
import io.metastore.api.v1.NewClientResponse;
import io.metastore.api.v1.PutRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClientsServiceTest {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private NativeServer server;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private ClientsGrpc.ClientsBlockingStub clients;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private KeyValueGrpc.KeyValueBlockingStub kv;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    server = NativeServer.start(directory);
    clients = ClientsGrpc.newBlockingStub(server.channel);
    kv = KeyValueGrpc.newBlockingStub(server.channel);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void idsArePositiveAndGrow() {
    long first = newClient(60_000, "a").getClientId();
    long second = newClient(60_000, "b").getClientId();

    assertThat(first).isPositive();
    assertThat(second).isGreaterThan(first);
  }

  @Test
  void ttlIsRoundedUpAndLimited() {
    assertThat(newClient(0, "").getTtlMs()).isEqualTo(10_000);
    assertThat(newClient(1, "").getTtlMs()).isEqualTo(1000);
    assertThat(newClient(20_001, "").getTtlMs()).isEqualTo(21_000);
    assertBadRequest("ttl_ms", NewClientRequest.newBuilder().setTtlMs(-1));
    assertBadRequest("ttl_ms", NewClientRequest.newBuilder().setTtlMs(9_000_000_000_001L));
    assertThat(newClient(9_000_000_000_000L, "").getTtlMs()).isEqualTo(9_000_000_000_000L);
  }

  @Test
  void labelsArePrintableAndShort() {
    newClient(0, "x".repeat(256));
    assertBadRequest("label", NewClientRequest.newBuilder().setLabel("x".repeat(257)));
    assertBadRequest("label", NewClientRequest.newBuilder().setLabel("a\nb"));
  }

  @Test
  void closeDeletesEverythingThatTheClientOwns() {
    long id = newClient(60_000, "").getClientId();
    kv.put(PutRequest.newBuilder().setKey("/close/a").setClientId(id).build());
    kv.put(PutRequest.newBuilder().setKey("/close/b").setClientId(id).build());
    kv.put(PutRequest.newBuilder().setKey("/close/b").build());

    CloseClientResponse closed = close(id);

    assertThat(closed.getDeletedKeys()).isEqualTo(1);
    assertThat(kv.get(GetRequest.newBuilder().setKey("/close/a").build()).hasEntry()).isFalse();
    assertThat(kv.get(GetRequest.newBuilder().setKey("/close/b").build()).hasEntry()).isTrue();
  }

  @Test
  void callsOfAClosedClientAreRefused() {
    long id = newClient(60_000, "").getClientId();
    close(id);

    assertThat(errorOf(() -> close(id)).getReason()).isEqualTo(Reason.CLIENT_CLOSED);
    assertThat(
            errorOf(() -> kv.put(PutRequest.newBuilder().setKey("/a").setClientId(id).build()))
                .getReason())
        .isEqualTo(Reason.CLIENT_CLOSED);
    assertThat(
            errorOf(
                    () ->
                        LocksGrpc.newBlockingStub(server.channel)
                            .acquire(
                                AcquireRequest.newBuilder()
                                    .setLock("/closed/lock")
                                    .setClientId(id)
                                    .build()))
                .getReason())
        .isEqualTo(Reason.CLIENT_CLOSED);
  }

  @Test
  void unknownClientsAreRefused() {
    assertThat(errorOf(() -> close(1L << 40)).getReason()).isEqualTo(Reason.UNKNOWN_CLIENT);
    assertThat(errorOf(() -> close(0)))
        .isEqualTo(
            ErrorDetail.newBuilder().setReason(Reason.BAD_REQUEST).setField("client_id").build());
  }

  @Test
  void renewalReturnsTheRemainingTimeOrTheLoss() {
    long alive = newClient(60_000, "").getClientId();
    long dead = newClient(60_000, "").getClientId();
    close(dead);
    Received<KeepAliveRequest, KeepAliveResponse> received = new Received<>(10);
    StreamObserver<KeepAliveRequest> stream =
        ClientsGrpc.newStub(server.channel).keepAlive(received);

    stream.onNext(KeepAliveRequest.newBuilder().setClientId(alive).build());
    stream.onNext(KeepAliveRequest.newBuilder().setClientId(dead).build());
    stream.onNext(KeepAliveRequest.newBuilder().setClientId(1L << 40).build());

    assertThat(received.next())
        .isEqualTo(
            KeepAliveResponse.newBuilder().setClientId(alive).setRemainingMs(60_000).build());
    assertThat(received.next())
        .isEqualTo(KeepAliveResponse.newBuilder().setClientId(dead).setLost(true).build());
    assertThat(received.next().getLost()).isTrue();
    stream.onCompleted();
  }

  @Test
  void allClientsAreListedPageByPage(@TempDir Path directory) throws Exception {
    try (NativeServer own = NativeServer.start(directory)) {
      var stub = ClientsGrpc.newBlockingStub(own.channel);
      List<Long> made = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        made.add(
            stub.newClient(NewClientRequest.newBuilder().setTtlMs(60_000).setLabel("c" + i).build())
                .getClientId());
      }

      List<ClientInfo> listed = new ArrayList<>();
      String token = "";
      do {
        ListClientsResponse page =
            stub.listClients(
                ListClientsRequest.newBuilder().setPageSize(2).setPageToken(token).build());
        listed.addAll(page.getClientsList());
        token = page.getNextPageToken();
      } while (!token.isEmpty());

      assertThat(listed).extracting(ClientInfo::getClientId).isEqualTo(made);
      assertThat(listed.get(3).getLabel()).isEqualTo("c3");
      assertThat(listed.get(3).getTtlMs()).isEqualTo(60_000);
      assertThat(listed.get(3).getRemainingMs()).isBetween(1L, 60_000L);
    }
  }

  @Test
  void foreignPageTokensAreRefused() {
    for (String token : new String[] {"x", new PageToken(0, NativeServer.bytes("/a")).toText()}) {
      assertThat(
              errorOf(
                  () ->
                      clients.listClients(
                          ListClientsRequest.newBuilder().setPageToken(token).build())))
          .isEqualTo(
              ErrorDetail.newBuilder()
                  .setReason(Reason.BAD_REQUEST)
                  .setField("page_token")
                  .build());
    }
  }

  private NewClientResponse newClient(long ttlMs, String label) {
    return clients.newClient(NewClientRequest.newBuilder().setTtlMs(ttlMs).setLabel(label).build());
  }

  private CloseClientResponse close(long id) {
    return clients.closeClient(CloseClientRequest.newBuilder().setClientId(id).build());
  }

  private void assertBadRequest(String field, NewClientRequest.Builder request) {
    assertThat(errorOf(() -> clients.newClient(request.build())))
        .isEqualTo(ErrorDetail.newBuilder().setReason(Reason.BAD_REQUEST).setField(field).build());
  }
}
