package io.metastore.adapter.etcd.port;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.BytesValue;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientPortTest {

  @Test
  void grpcAndHttpShareEveryAddress() throws Exception {
    try (PortFixture fixture = PortFixture.open()) {
      assertThat(fixture.port.addresses()).hasSize(2);
      for (var address : fixture.port.addresses()) {
        BytesValue message = EchoService.message(10);
        assertThat(
                PortFixture.echo(fixture.channel((InetSocketAddress) address.address()), message))
            .isEqualTo(message);
      }
      assertThat(fixture.http("GET", "/version").body())
          .isEqualTo("{\"etcdserver\":\"3.7.1\",\"etcdcluster\":\"3.7.0\",\"storage\":\"3.7.0\"}");
    }
  }

  @Test
  void prefaceAndMethodMayArriveByteByByte() throws Exception {
    try (PortFixture fixture = PortFixture.open();
        Socket http1 = fixture.socket();
        Socket http2 = fixture.socket()) {
      dribble(http1, get("/version", "Connection: close"));
      assertThat(readAll(http1)).startsWith("HTTP/1.1 200 OK\r\n");
      dribble(http2, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      // The server's SETTINGS frame: type 4 on stream 0.
      assertThat(http2.getInputStream().readNBytes(9)[3]).isEqualTo((byte) 4);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    CompletableFuture<HttpAnswer> slow = new CompletableFuture<>();
    try (PortFixture fixture =
            new PortFixture(
                EchoService.open(),
                Map.of(
                    "/slow",
                    request -> slow,
                    "/fast",
                    request -> {
                      // If the second request were read before the first was answered, this
                      // completion would be too late.
                      slow.complete(HttpAnswer.text("late"));
                      return CompletableFuture.completedFuture(HttpAnswer.text("fast"));
                    }),
                Duration.ofMinutes(2));
        Socket socket = fixture.socket()) {
      write(socket, get("/slow") + get("/fast", "Connection: close"));
      // The first request is being served, so the second must wait.
      fixture.http("GET", "/none");
      slow.complete(HttpAnswer.text("slow"));
      String answers = readAll(socket);
      assertThat(answers).contains("\r\n\r\nslow").endsWith("\r\n\r\nfast");
    }
  }

  @Test
  void unknownPathIsNotFoundAsText() throws Exception {
    try (PortFixture fixture = PortFixture.open()) {
      var answer = fixture.http("GET", "/nope");
      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.body()).isEqualTo("404 page not found\n");
      assertThat(answer.headers().map())
          .containsEntry("content-type", List.of("text/plain; charset=utf-8"))
          .containsEntry("x-content-type-options", List.of("nosniff"))
          .containsEntry("access-control-allow-origin", List.of("*"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "HEAD", "DELETE"})
  void wrongMethodIsRefusedWithTheRightOne(String method) throws Exception {
    try (PortFixture fixture = PortFixture.open()) {
      var answer = fixture.http(method, "/version");
      assertThat(answer.statusCode()).isEqualTo(405);
      assertThat(answer.body()).isEqualTo(method.equals("HEAD") ? "" : "Method Not Allowed\n");
      assertThat(answer.headers().firstValue("allow")).contains("GET");
    }
  }

  @Test
  void endpointThatFailsIsAnInternalError() throws Exception {
    HttpEndpoint failing =
        request -> {
          throw new IllegalStateException("broken on purpose");
        };
    try (PortFixture fixture =
        new PortFixture(EchoService.open(), Map.of("/bad", failing), Duration.ofMinutes(2))) {
      assertThat(fixture.http("GET", "/bad").statusCode()).isEqualTo(500);
    }
  }

  @Test
  void messageIsAcceptedUpToTheOverheadAboveTheLimit() {
    try (PortFixture fixture = PortFixture.open()) {
      ManagedChannel channel = fixture.channel();
      int framing = EchoService.message(1 << 20).getSerializedSize() - (1 << 20);
      int largest = PortFixture.MAX_REQUEST_BYTES + 512 * 1024 - framing;
      assertThat(PortFixture.echo(channel, EchoService.message(largest)).getValue().size())
          .isEqualTo(largest);
      assertThatThrownBy(() -> PortFixture.echo(channel, EchoService.message(largest + 1)))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessage(
              "RESOURCE_EXHAUSTED: grpc: received message larger than max (2097153 vs. 2097152)");
    }
  }

  @Test
  void messageThatUnpacksToMoreThanTheLimitIsRefused() {
    try (PortFixture fixture = PortFixture.open()) {
      CallOptions packed = CallOptions.DEFAULT.withCompression("gzip");
      ManagedChannel channel = fixture.channel();
      BytesValue message = EchoService.message(1 << 20);
      assertThat(ClientCalls.blockingUnaryCall(channel, EchoService.UNARY, packed, message))
          .isEqualTo(message);
      assertThatThrownBy(
              () ->
                  ClientCalls.blockingUnaryCall(
                      channel, EchoService.UNARY, packed, EchoService.message(4 << 20)))
          .hasMessage(
              "RESOURCE_EXHAUSTED: grpc: received message after decompression larger than max"
                  + " 2097152");
    }
  }

  @Test
  void callInFlightEndsBeforeThePortIsClosed() throws Exception {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    PortFixture fixture = new PortFixture(new EchoService(gate), Map.of(), Duration.ofMinutes(2));
    var call =
        ClientCalls.futureUnaryCall(
            fixture.channel().newCall(EchoService.UNARY, CallOptions.DEFAULT),
            EchoService.message(1));
    while (fixture.counters.openUnaryCalls() == 0) {
      Thread.onSpinWait();
    }
    CompletableFuture<Void> closed = CompletableFuture.runAsync(fixture::closePort);
    assertThat(closed).isNotDone();
    gate.complete(null);
    assertThat(call.get()).isEqualTo(EchoService.message(1));
    closed.get();
    fixture.close();
  }

  @Test
  void openStreamSeesALostConnectionWhenThePortCloses() throws Exception {
    PortFixture fixture = PortFixture.open();
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    StreamObserver<BytesValue> requests =
        ClientCalls.asyncBidiStreamingCall(
            fixture.channel().newCall(EchoService.BIDI, CallOptions.DEFAULT), into(heard));
    requests.onNext(EchoService.message(1));
    assertThat(heard.take()).isEqualTo(EchoService.message(1));
    fixture.closePort();
    // The status must not be CANCELLED: then etcd's Go client would end its watch instead of going
    // to another member.
    assertThat(Status.fromThrowable((Throwable) heard.take()).getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
    fixture.close();
  }

  // --- misbehaving clients ---------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage\r\n\r\n",
        "\u0016\u0003\u0001\u0000\u00ff a TLS hello",
        "\u0000\u0000\u0000\u0000",
        "GARBAGE\r\n\r\n",
        "GET /version HTTP/9\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nand now for something completely different, no frames",
        "PRI but no preface after it: HTTP/2 clients do not talk like this"
      })
  void garbageEndsItsOwnConnectionOnly(String garbage) throws Exception {
    try (PortFixture fixture = PortFixture.open();
        Socket socket = fixture.socket()) {
      ManagedChannel channel = fixture.channel();
      PortFixture.echo(channel, EchoService.message(1));
      write(socket, garbage);
      readAll(socket);
      assertThat(PortFixture.echo(channel, EchoService.message(2)))
          .isEqualTo(EchoService.message(2));
    }
  }

  @Test
  void silentConnectionIsClosedAfterTheHandshakeTimeout() throws Exception {
    try (PortFixture fixture =
            new PortFixture(EchoService.open(), Map.of(), Duration.ofMillis(200));
        Socket silent = fixture.socket();
        Socket half = fixture.socket();
        Socket http1 = fixture.socket()) {
      write(half, "PR");
      write(http1, get("/nope"));
      assertThat(readAll(silent)).isEmpty();
      assertThat(readAll(half)).isEmpty();
      // The handshake timeout no longer applies to a connection that has sent HTTP/1.1.
      write(http1, get("/nope", "Connection: close"));
      assertThat(readAll(http1)).contains("404 page not found\nHTTP/1.1 404");
    }
  }

  @Test
  void oversizeHttpHeaderIsRefused() throws Exception {
    try (PortFixture fixture = PortFixture.open();
        Socket socket = fixture.socket()) {
      write(socket, get("/version", "X: " + "a".repeat(100_000)));
      assertThat(readAll(socket)).startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n");
    }
  }

  @Test
  void oversizeRequestLineIsRefused() throws Exception {
    try (PortFixture fixture = PortFixture.open();
        Socket socket = fixture.socket()) {
      write(socket, get("/" + "a".repeat(20_000)));
      assertThat(readAll(socket)).startsWith("HTTP/1.1 414 Request-URI Too Long\r\n");
    }
  }

  @Test
  void oversizeHttpBodyIsRefused() throws Exception {
    try (PortFixture fixture = PortFixture.open();
        Socket socket = fixture.socket()) {
      write(
          socket,
          get("/version", "Content-Length: 100000000", "Connection: close").replace("GET", "POST"));
      assertThat(readAll(socket)).startsWith("HTTP/1.1 413 Request Entity Too Large\r\n");
    }
  }

  @Test
  void oversizeMetadataFailsItsOwnCallOnly() {
    try (PortFixture fixture = PortFixture.open()) {
      ManagedChannel channel = fixture.channel();
      Metadata large = new Metadata();
      large.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), "a".repeat(100_000));
      assertThatThrownBy(
              () ->
                  ClientCalls.blockingUnaryCall(
                      ClientInterceptors.intercept(
                          channel, MetadataUtils.newAttachHeadersInterceptor(large)),
                      EchoService.UNARY,
                      CallOptions.DEFAULT,
                      EchoService.message(1)))
          .isInstanceOf(StatusRuntimeException.class);
      assertThat(PortFixture.echo(channel, EchoService.message(1)))
          .isEqualTo(EchoService.message(1));
    }
  }

  @Test
  void clientThatDisconnectsDuringARequestLeavesNothingBehind() throws Exception {
    try (PortFixture fixture = PortFixture.open()) {
      for (String part : new String[] {"P", "GET /ver", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}) {
        try (Socket socket = fixture.socket()) {
          write(socket, part);
          awaitConnections(fixture, 1);
        }
        awaitConnections(fixture, 0);
      }
    }
  }

  // --- helpers ---------------------------------------------------------------------------------

  private static void awaitConnections(PortFixture fixture, int expected) {
    while (fixture.port.connections() != expected) {
      Thread.onSpinWait();
    }
  }

  private static StreamObserver<BytesValue> into(BlockingQueue<Object> queue) {
    return new StreamObserver<>() {
      @Override
      public void onNext(BytesValue message) {
        queue.add(message);
      }

      @Override
      public void onError(Throwable failure) {
        queue.add(failure);
      }

      @Override
      public void onCompleted() {
        queue.add("completed");
      }
    };
  }

  private static String get(String path, String... headers) {
    String rest = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    return "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n".formatted(path, rest);
  }

  private static void dribble(Socket socket, String text) throws Exception {
    socket.setTcpNoDelay(true);
    for (int i = 0; i < text.length(); i++) {
      write(socket, text.substring(i, i + 1));
    }
  }

  private static void write(Socket socket, String text) throws Exception {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(US_ASCII));
    out.flush();
  }

  /** Reads until the server closes the connection; a reset counts as a close. */
  private static String readAll(Socket socket) throws Exception {
    StringBuilder text = new StringBuilder();
    byte[] buffer = new byte[4096];
    try {
      for (int n; (n = socket.getInputStream().read(buffer)) >= 0; ) {
        text.append(new String(buffer, 0, n, US_ASCII));
      }
    } catch (SocketException e) {
      // After a reset, the bytes received before it count.
    }
    return text.toString();
  }
}
