package io.metastore.adapter.etcd.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.etcd.port.ClientPort;
import io.metastore.adapter.etcd.port.ClientPortSettings;
import io.metastore.adapter.etcd.port.ConnectionRules;
import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.adapter.etcd.port.GrpcCounters;
import io.metastore.adapter.etcd.port.Http2Client;
import io.metastore.adapter.etcd.port.HttpSite;
import io.metastore.adapter.etcd.port.ListenAddress;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.PutResponse;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.metastore.etcdapi.mvccpb.KeyValue;
import io.metastore.etcdapi.v3electionpb.ElectionGrpc;
import io.metastore.etcdapi.v3electionpb.LeaderRequest;
import io.metastore.etcdapi.v3electionpb.LeaderResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GatewayTest {
  private static final long TIMEOUT_S = 60;
  private static final int MESSAGE_BYTES_MAX = 64 * 1024;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final BlockingQueue<StreamObserver<LeaderResponse>> observers =
      new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> observerGone = new CompletableFuture<>();
  private final List<String> tokens = new ArrayList<>();
  private ClientPort port;

  @BeforeEach
  void open() throws IOException {
    port = open(EtcdVersion.DEFAULT);
  }

  @AfterEach
  void close() {
    port.close();
  }

  @Test
  void unaryCallIsAnsweredAsByEtcd() throws Exception {
    HttpResponse<String> answer = post("/v3/kv/range", "{\"key\":\"YQ==\"}");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo(
            "{\"header\":{\"revision\":\"7\"},"
                + "\"kvs\":[{\"key\":\"YQ==\",\"mod_revision\":\"7\",\"value\":\"dg==\"}],"
                + "\"count\":\"1\"}");
    assertThat(answer.headers().map())
        .containsEntry("content-type", List.of("application/json"))
        .containsEntry("grpc-metadata-content-type", List.of("application/grpc"))
        .containsEntry("access-control-allow-origin", List.of("*"));
    assertThat(post("/v3beta/kv/range", "{\"key\":\"YQ==\"}").body()).isEqualTo(answer.body());
  }

  @Test
  void http2WithoutTlsIsServedBesideGrpc() throws Exception {
    try (Http2Client client = new Http2Client(port.addresses().get(0).address())) {
      assertThat(client.send("POST", "/v3/kv/range", "{\"key\":\"YQ==\"}"))
          .isEqualTo("200 " + post("/v3/kv/range", "{\"key\":\"YQ==\"}").body());
      assertThat(client.send("POST", "/v3/kv/range", "{"))
          .isEqualTo("400 {\"code\":3,\"message\":\"unexpected EOF\"}");
      assertThat(client.send("GET", "/none", "")).isEqualTo("404 404 page not found\n");
      assertThat(
              client.send(
                  "POST", "/v3/kv/range", " ".repeat(2 * (MESSAGE_BYTES_MAX + (512 << 10)) + 1)))
          .startsWith("413 ");

      Http2Client.Request observing = client.begin("POST", "/v3/election/observe", "{}", true);
      next(observers)
          .onNext(
              LeaderResponse.newBuilder()
                  .setHeader(ResponseHeader.newBuilder().setRevision(5))
                  .build());
      assertThat(observing.next()).isEqualTo("200 ");
      assertThat(observing.next()).isEqualTo("{\"result\":{\"header\":{\"revision\":\"5\"}}}\n");
      observing.cancel();
      observerGone.get(TIMEOUT_S, TimeUnit.SECONDS);
    }
  }

  @Test
  void errorHasTheShapeOfTheVersion() throws Exception {
    assertThat(status(post("/v3/kv/range", "")))
        .isEqualTo("400 {\"code\":3,\"message\":\"no key\"}");
    assertThat(status(post("/v3/kv/range", "{\"key\":5}")))
        .isEqualTo(
            "400 {\"code\":3,\"message\":\"proto: (line 1:8): invalid value for bytes field key:"
                + " 5\"}");
    assertThat(status(post("/v3/kv/range", "{")))
        .isEqualTo("400 {\"code\":3,\"message\":\"unexpected EOF\"}");
    assertThat(status(post("/v3/none", "{}")))
        .isEqualTo("404 {\"code\":5,\"message\":\"Not Found\"}");
    assertThat(status(send("GET", "/v3/kv/range", "")))
        .isEqualTo("501 {\"code\":12,\"message\":\"Method Not Allowed\"}");
    port.close();
    port = open(new EtcdVersion("3.4.23"));
    assertThat(status(post("/v3/kv/range", "")))
        .isEqualTo("400 {\"error\":\"no key\",\"message\":\"no key\",\"code\":3}");
    assertThat(status(post("/v3/none", "{}"))).isEqualTo("404 Not Found\n");
    assertThat(status(send("GET", "/v3/kv/range", ""))).isEqualTo("405 Method Not Allowed\n");
  }

  @Test
  void missingServicesAreUnimplemented() throws Exception {
    assertThat(status(post("/v3/auth/enable", "{}")))
        .isEqualTo("501 {\"code\":12,\"message\":\"unknown service etcdserverpb.Auth\"}");
    assertThat(status(post("/v3/kv/txn", "{}")))
        .startsWith("501 {\"code\":12,\"message\":\"Method etcdserverpb.KV/Txn is unimplemented");
  }

  @Test
  void tokenAndMetadataReachTheService() throws Exception {
    http.send(
        request("/v3/kv/range", "{\"key\":\"YQ==\"}").header("Authorization", "t1").build(),
        HttpResponse.BodyHandlers.ofString());
    http.send(
        request("/v3/kv/range", "{\"key\":\"YQ==\"}").header("Grpc-Metadata-Token", "t2").build(),
        HttpResponse.BodyHandlers.ofString());
    assertThat(tokens).containsExactly("t1/null", "null/t2");
  }

  @Test
  void messagesAndBodiesAreLimited() throws Exception {
    assertThat(post("/v3/kv/put", put(MESSAGE_BYTES_MAX - 100)).statusCode()).isEqualTo(200);
    assertThat(status(post("/v3/kv/put", put(MESSAGE_BYTES_MAX))))
        .isEqualTo(
            "429 {\"code\":8,\"message\":\"grpc: received message larger than max"
                + " (65543 vs. 65536)\"}");
    assertThat(post("/v3/kv/put", " ".repeat(2 * (MESSAGE_BYTES_MAX + (512 << 10)))).statusCode())
        .isEqualTo(200);
    assertThat(post("/v3/kv/put", " ".repeat(10 << 20)).statusCode()).isEqualTo(413);
    assertThat(post("/v3/kv/range", "{\"key\":\"YQ==\"}").statusCode()).isEqualTo(200);
  }

  @Test
  void aClientWhoseBodyIsTooLargeMaySendItAndReadTheAnswer() throws Exception {
    try (Socket socket = new Socket(address().getAddress(), address().getPort())) {
      OutputStream out = socket.getOutputStream();
      String head =
          "POST /v3/kv/put HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n";
      out.write(head.getBytes(UTF_8));
      BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      assertThat(in.readLine()).startsWith("HTTP/1.1 413 ");
      byte[] part = new byte[1 << 20];
      out.write(part);
      out.write(part);
      assertThat(in.lines().toList()).contains("connection: close");
    }
  }

  @Test
  void callsEndWhenTheirTimeIsUp() throws Exception {
    HttpResponse<String> answer =
        http.send(
            request("/v3/election/observe", "{}").header("Grpc-Timeout", "10m").build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(status(answer))
        .isEqualTo("504 {\"error\":{\"code\":4,\"message\":\"context deadline exceeded\"}}\n");
    assertThat(observerGone).succeedsWithin(TIMEOUT_S, TimeUnit.SECONDS);
    HttpResponse<String> wrong =
        http.send(
            request("/v3/kv/range", "{}").header("Grpc-Timeout", "1x").build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(status(wrong))
        .isEqualTo("400 {\"code\":3,\"message\":\"invalid grpc-timeout: 1x\"}");
  }

  @Test
  void messagesOfAStreamAreLines() throws Exception {
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(
            request("/v3/election/observe", "{}").build(), HttpResponse.BodyHandlers.ofString());
    StreamObserver<LeaderResponse> observer = next(observers);
    observer.onNext(leader("a"));
    observer.onNext(leader("b"));
    observer.onError(Status.UNAVAILABLE.withDescription("etcdserver: no leader").asException());
    assertThat(status(answer.get(TIMEOUT_S, TimeUnit.SECONDS)))
        .isEqualTo(
            """
            200 {"result":{"kv":{"value":"YQ=="}}}
            {"result":{"kv":{"value":"Yg=="}}}
            {"error":{"code":14,"message":"etcdserver: no leader"}}
            """);
  }

  @Test
  void streamThatFailsAtOnceHasTheStatusOfItsError() throws Exception {
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(
            request("/v3/election/observe", "{}").build(), HttpResponse.BodyHandlers.ofString());
    next(observers)
        .onError(Status.UNAUTHENTICATED.withDescription("etcdserver: who").asException());
    assertThat(status(answer.get(TIMEOUT_S, TimeUnit.SECONDS)))
        .isEqualTo("401 {\"error\":{\"code\":16,\"message\":\"etcdserver: who\"}}\n");
  }

  @Test
  void bodyOfAStreamMayHoldManyMessages() throws Exception {
    assertThat(status(post("/v3/lease/keepalive", "{\"ID\":1}{\"ID\":\"2\"}\n {\"ID\":3}")))
        .isEqualTo(
            """
            200 {"result":{"ID":"1"}}
            {"result":{"ID":"2"}}
            {"result":{"ID":"3"}}
            """);
    assertThat(status(post("/v3/lease/keepalive", ""))).isEqualTo("200 ");
  }

  @Test
  void disconnectedClientCancelsItsCall() throws Exception {
    try (Socket socket = new Socket(address().getAddress(), address().getPort())) {
      socket
          .getOutputStream()
          .write(
              "POST /v3/election/observe HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
                  .getBytes(UTF_8));
      next(observers);
    }
    assertThat(observerGone).succeedsWithin(TIMEOUT_S, TimeUnit.SECONDS);
  }

  @Test
  void webSocketCarriesAStream() throws Exception {
    Socketed client = new Socketed();
    WebSocket socket = client.open("/v3/lease/keepalive");
    socket.sendText("{\"ID\":1}", true);
    assertThat(next(client.received)).isEqualTo("{\"result\":{\"ID\":\"1\"}}");
    socket.sendText("{\"ID\":2}", true);
    assertThat(next(client.received)).isEqualTo("{\"result\":{\"ID\":\"2\"}}");
    socket.sendText("{\"ID\":x}", true);
    assertThat(next(client.received)).contains("invalid character 'x'");
    assertThat(client.closed).succeedsWithin(TIMEOUT_S, TimeUnit.SECONDS);
  }

  @Test
  void disconnectedWebSocketCancelsItsCall() throws Exception {
    Socketed client = new Socketed();
    WebSocket socket = client.open("/v3/election/observe");
    socket.sendText("{}", true);
    StreamObserver<LeaderResponse> observer = next(observers);
    observer.onNext(leader("a"));
    assertThat(next(client.received)).isEqualTo("{\"result\":{\"kv\":{\"value\":\"YQ==\"}}}");
    socket.abort();
    assertThat(observerGone).succeedsWithin(TIMEOUT_S, TimeUnit.SECONDS);
  }

  @Test
  void webSocketAnswersAUnaryCallAndCloses() throws Exception {
    Socketed client = new Socketed();
    client.open("/v3/kv/range").sendText("{\"key\":\"YQ==\"}", true);
    assertThat(next(client.received)).contains("\"count\":\"1\"");
    assertThat(client.closed).succeedsWithin(TIMEOUT_S, TimeUnit.SECONDS);
  }

  private ClientPort open(EtcdVersion version) throws IOException {
    GrpcCounters counters = new GrpcCounters();
    List<BindableService> services = List.of(withTokens(new Kv()), new Lease(), new Election());
    return ClientPort.start(
        ClientPortSettings.of(
            List.of(
                ListenAddress.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))),
            null,
            MESSAGE_BYTES_MAX,
            ConnectionRules.DEFAULT),
        services,
        counters,
        new HttpSite(
            Map.of(),
            Map.of(
                "/v3/", new Gateway(services, version, counters, MESSAGE_BYTES_MAX, () -> false)),
            Set.of("*"),
            Set.of("*")));
  }

  private InetSocketAddress address() {
    return (InetSocketAddress) port.addresses().get(0).address();
  }

  private HttpRequest.Builder request(String path, String body) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address().getPort() + path))
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return send("POST", path, body);
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return http.send(
        request(path, body).method(method, HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static String status(HttpResponse<String> answer) {
    return answer.statusCode() + " " + answer.body();
  }

  private static String put(int valueBytes) {
    return "{\"key\":\"YQ==\",\"value\":\""
        + Base64.getEncoder().encodeToString(new byte[valueBytes])
        + "\"}";
  }

  private static LeaderResponse leader(String value) {
    return LeaderResponse.newBuilder()
        .setKv(KeyValue.newBuilder().setValue(ByteString.copyFromUtf8(value)))
        .build();
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T element = queue.poll(TIMEOUT_S, TimeUnit.SECONDS);
    assertThat(element).as("something came in time").isNotNull();
    return element;
  }

  private BindableService withTokens(BindableService service) {
    return () ->
        ServerInterceptors.intercept(
            service,
            new ServerInterceptor() {
              @Override
              public <Q, R> ServerCall.Listener<Q> interceptCall(
                  ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
                tokens.add(metadata.get(key("authorization")) + "/" + metadata.get(key("token")));
                return next.startCall(call, metadata);
              }
            });
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static final class Kv extends KVGrpc.KVImplBase {
    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> call) {
      if (request.getKey().isEmpty()) {
        call.onError(Status.INVALID_ARGUMENT.withDescription("no key").asException());
        return;
      }
      KeyValue found =
          KeyValue.newBuilder()
              .setKey(request.getKey())
              .setModRevision(7)
              .setValue(ByteString.copyFromUtf8("v"))
              .build();
      call.onNext(
          RangeResponse.newBuilder()
              .setHeader(ResponseHeader.newBuilder().setRevision(7))
              .addKvs(found)
              .setCount(1)
              .build());
      call.onCompleted();
    }

    /** Responds on another thread, as a store does. */
    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> call) {
      CompletableFuture.runAsync(
          () -> {
            call.onNext(PutResponse.getDefaultInstance());
            call.onCompleted();
          });
    }
  }

  private static final class Lease extends LeaseGrpc.LeaseImplBase {
    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
        StreamObserver<LeaseKeepAliveResponse> call) {
      return new StreamObserver<>() {
        @Override
        public void onNext(LeaseKeepAliveRequest request) {
          call.onNext(LeaseKeepAliveResponse.newBuilder().setID(request.getID()).build());
        }

        @Override
        public void onError(Throwable failure) {
          // The client has disconnected.
        }

        @Override
        public void onCompleted() {
          call.onCompleted();
        }
      };
    }
  }

  private final class Election extends ElectionGrpc.ElectionImplBase {
    @Override
    public void observe(LeaderRequest request, StreamObserver<LeaderResponse> call) {
      ((ServerCallStreamObserver<LeaderResponse>) call)
          .setOnCancelHandler(() -> observerGone.complete(null));
      observers.add(call);
    }
  }

  private final class Socketed implements WebSocket.Listener {
    final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();

    WebSocket open(String path) throws Exception {
      return http.newWebSocketBuilder()
          .buildAsync(URI.create("ws://127.0.0.1:" + address().getPort() + path), this)
          .get(TIMEOUT_S, TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        received.add(text.toString());
        text.setLength(0);
      }
      return WebSocket.Listener.super.onText(socket, data, last);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(null);
      return WebSocket.Listener.super.onClose(socket, code, reason);
    }
  }
}
