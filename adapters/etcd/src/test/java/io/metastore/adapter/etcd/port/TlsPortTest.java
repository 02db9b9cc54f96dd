package io.metastore.adapter.etcd.port;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.google.protobuf.BytesValue;
import io.grpc.Attributes;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.metastore.adapter.etcd.gateway.Gateway;
import io.metastore.tls.KeyFiles;
import io.metastore.tls.TestAuthority;
import io.metastore.tls.TestAuthority.Request;
import io.metastore.tls.TlsContext;
import io.metastore.tls.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class TlsPortTest {
  private static final int WAIT_S = 60;

  @TempDir Path directory;
  private TestAuthority authority;
  private KeyFiles serverFiles;
  private Path revoked;
  private InetSocketAddress shared;
  private ClientPort port;
  private final AtomicBoolean namesAreUsers = new AtomicBoolean();
  private final BlockingQueue<Attributes> callers = new LinkedBlockingQueue<>();
  private final BlockingQueue<ILoggingEvent> refusals = new LinkedBlockingQueue<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          refusals.add(event);
        }
      };

  @BeforeEach
  void open() throws IOException {
    authority = new TestAuthority(directory, "authority");
    serverFiles = authority.issue(Request.of("server"));
    revoked = directory.resolve("revoked.pem");
    authority.revoke(revoked);
    TlsSettings settings =
        TlsSettings.server(serverFiles, authority.file()).toBuilder()
            .revocationList(revoked)
            .allowedNames(Set.of("alice", "late", "thief", "bob"))
            .build();
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    shared = freeAddress();
    port =
        ClientPort.start(
            ClientPortSettings.of(
                List.of(
                    new ListenAddress(free, true),
                    ListenAddress.plain(free),
                    ListenAddress.plain(shared),
                    new ListenAddress(shared, true)),
                TlsContext.server(settings),
                PortFixture.MAX_REQUEST_BYTES,
                ConnectionRules.DEFAULT),
            List.of(watched(EchoService.open())),
            new GrpcCounters(),
            new HttpSite(
                Map.of("/version", new VersionEndpoint(EtcdVersion.DEFAULT)),
                Map.of(
                    "/v3/",
                    new Gateway(
                        List.of(),
                        EtcdVersion.DEFAULT,
                        new GrpcCounters(),
                        PortFixture.MAX_REQUEST_BYTES,
                        namesAreUsers::get)),
                Set.of("*"),
                Set.of("example.com")));
    appender.start();
    ((Logger) LoggerFactory.getLogger(TlsHandshake.class)).addAppender(appender);
  }

  @AfterEach
  void close() {
    ((Logger) LoggerFactory.getLogger(TlsHandshake.class)).detachAppender(appender);
    channels.forEach(ManagedChannel::shutdownNow);
    port.close();
  }

  /** Records the attributes of every call. */
  private BindableService watched(BindableService service) {
    ServerInterceptor interceptor =
        new ServerInterceptor() {
          @Override
          public <Q, A> ServerCall.Listener<Q> interceptCall(
              ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            callers.add(call.getAttributes());
            return next.startCall(call, headers);
          }
        };
    return () -> ServerInterceptors.intercept(service, interceptor);
  }

  private int securePort() {
    return ((InetSocketAddress) port.addresses().get(0).address()).getPort();
  }

  private TlsContext client(@Nullable KeyFiles identity) throws IOException {
    return TlsContext.client(TlsSettings.client(identity, authority.file(), false));
  }

  private static InetSocketAddress freeAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return (InetSocketAddress) socket.getLocalSocketAddress();
    }
  }

  private ManagedChannel channel(@Nullable KeyFiles identity) throws IOException {
    return channel(identity, securePort());
  }

  private ManagedChannel channel(@Nullable KeyFiles identity, int to) throws IOException {
    TlsContext tls = client(identity);
    TlsChannelCredentials.Builder credentials =
        TlsChannelCredentials.newBuilder().trustManager(tls.trustManager());
    if (tls.keyManager() != null) {
      credentials.keyManager(tls.keyManager());
    }
    ChannelCredentials built = credentials.build();
    ManagedChannel channel = NettyChannelBuilder.forTarget("127.0.0.1:" + to, built).build();
    channels.add(channel);
    return channel;
  }

  private static void echo(ManagedChannel channel) {
    BytesValue message = EchoService.message(100_000);
    assertThat(
            ClientCalls.blockingUnaryCall(
                channel,
                EchoService.UNARY,
                CallOptions.DEFAULT.withDeadlineAfter(WAIT_S, TimeUnit.SECONDS),
                message))
        .isEqualTo(message);
  }

  @Test
  void callsHaveTheCallersCertificate() throws Exception {
    echo(channel(authority.issue(Request.of("alice"))));

    SSLSession session = callers.remove().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    assertThat(session).isNotNull();
    assertThat(session.getPeerPrincipal().getName()).isEqualTo("CN=alice");
  }

  @Test
  void httpSharesTheSecureAddressForAnyHost() throws Exception {
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_2)
            .sslContext(client(authority.issue(Request.of("alice"))).context())
            .build();
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create("https://localhost:" + securePort() + "/version"))
                .build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("etcdserver");

    HttpRequest put =
        HttpRequest.newBuilder(URI.create("https://localhost:" + securePort() + "/v3/kv/put"))
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    HttpResponse<String> json = http.send(put, HttpResponse.BodyHandlers.ofString());
    assertThat(json.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(json.statusCode()).isEqualTo(501);
    assertThat(json.headers().firstValue("content-type")).contains("application/json");

    namesAreUsers.set(true);
    assertThat(http.send(put, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(400);
  }

  @Test
  void theGatewayRefusesCertificatesThatNameAUser() throws Exception {
    TlsContext alice = client(authority.issue(Request.of("alice")));
    assertThat(post(alice)).startsWith("HTTP/1.1 501 ");
    namesAreUsers.set(true);
    assertThat(post(alice))
        .startsWith("HTTP/1.1 400 Bad Request")
        .endsWith(
            "\r\n\r\nCommonName of client sending a request against gateway will be ignored and"
                + " not used as expected\n");
  }

  private String post(TlsContext identity) throws Exception {
    String request =
        "POST /v3/kv/put HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
    try (SSLSocket socket = socket(identity)) {
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return text(socket);
    }
  }

  @Test
  void plainAndSecureAddressesCoexist() throws Exception {
    int plain = ((InetSocketAddress) port.addresses().get(1).address()).getPort();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), plain)) {
      socket.setSoTimeout(WAIT_S * 1000);
      socket.getOutputStream().write(get("example.com"));
      assertThat(text(socket)).startsWith("HTTP/1.1 200 OK");
    }
  }

  @Test
  void oneAddressServesClientsWithAndWithoutTls() throws Exception {
    ManagedChannel plain = NettyChannelBuilder.forAddress(shared).usePlaintext().build();
    channels.add(plain);
    echo(plain);
    assertThat(callers.remove().get(Grpc.TRANSPORT_ATTR_SSL_SESSION)).isNull();

    echo(channel(authority.issue(Request.of("alice")), shared.getPort()));
    assertThat(callers.remove().get(Grpc.TRANSPORT_ATTR_SSL_SESSION)).isNotNull();

    assertThat(port.addresses())
        .contains(new ListenAddress(shared, false), new ListenAddress(shared, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /version HTTP/1.1\r\n\r\n"})
  void clientWithoutAlpnIsDetectedByItsFirstBytes(String first) throws Exception {
    TlsContext tls = client(authority.issue(Request.of("alice")));
    try (SSLSocket socket = socket(tls)) {
      socket.getOutputStream().write(first.getBytes(UTF_8));
      byte[] answer = socket.getInputStream().readNBytes(9);
      if (first.startsWith("PRI")) {
        assertThat(answer[3]).isEqualTo((byte) 4);
      } else {
        assertThat(new String(answer, UTF_8)).isEqualTo("HTTP/1.1 ");
      }
    }
  }

  @Test
  void refusesAClientWithoutACertificate() throws Exception {
    assertRefused(null, "tls: client didn't provide a certificate");
  }

  @Test
  void logNamesTheServerThatARefusedClientAskedFor() throws Exception {
    try (SSLSocket socket = socket(client(null), "TLSv1.2")) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName("node.example")));
      socket.setSSLParameters(parameters);
      assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
    }
    assertThat(nextRefusal()).contains("server-name=\"node.example\"");
  }

  @Test
  void refusesAnExpiredCertificate() throws Exception {
    assertRefused(
        authority.issue(Request.of("late").expired()),
        "certificate has expired or is not yet valid");
  }

  @Test
  void refusesACertificateOfAnotherCa() throws Exception {
    assertRefused(
        new TestAuthority(directory, "foreign").issue(Request.of("alice")),
        "certificate signed by unknown authority");
  }

  @Test
  void refusesASelfSignedCertificate() throws Exception {
    assertRefused(
        authority.selfSigned(Request.of("alice")), "certificate signed by unknown authority");
  }

  @Test
  void refusesAnotherCommonName() throws Exception {
    assertRefused(
        authority.issue(Request.of("mallory").forHosts("mallory.example", "10.1.2.3")),
        "client certificate authentication failed");
  }

  @Test
  void refusesARevokedCertificateFromTheNextConnectionOn() throws Exception {
    KeyFiles thief = authority.issue(Request.of("thief"));
    echo(channel(thief));

    authority.revoke(revoked, thief);

    assertRefused(thief, "revoked");
  }

  private void assertRefused(@Nullable KeyFiles identity, String reason) throws Exception {
    ManagedChannel channel = channel(identity);
    assertThatThrownBy(() -> echo(channel))
        .isInstanceOf(StatusRuntimeException.class)
        .satisfies(
            e ->
                assertThat(((StatusRuntimeException) e).getStatus().getCode())
                    .isEqualTo(Status.Code.UNAVAILABLE));
    assertThat(nextRefusal()).contains("rejected connection on client endpoint", reason);
  }

  private String nextRefusal() throws InterruptedException {
    ILoggingEvent event = refusals.poll(WAIT_S, TimeUnit.SECONDS);
    assertThat(event).as("a log line").isNotNull();
    return event.getFormattedMessage() + " " + event.getKeyValuePairs();
  }

  @Test
  void renewedCertificateIsUsedForTheNextConnection() throws Exception {
    TlsContext alice = client(authority.issue(Request.of("alice")));
    try (SSLSocket before = socket(alice)) {
      assertThat(before.getSession().getPeerPrincipal().getName()).isEqualTo("CN=server");
      authority.issueInto(serverFiles, Request.of("renewed"));
      try (SSLSocket after = socket(alice)) {
        assertThat(after.getSession().getPeerPrincipal().getName()).isEqualTo("CN=renewed");
      }
    }
  }

  @Test
  void plainBytesOnASecureAddressEndTheConnection() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), securePort())) {
      socket.setSoTimeout(WAIT_S * 1000);
      socket.getOutputStream().write(get("example.com"));
      assertThat(text(socket)).doesNotContain("HTTP/1.1 200");
    }
    assertThat(nextRefusal()).contains("tls: first record does not look like a TLS handshake");
  }

  @Test
  void halfOpenHandshakesDelayNoOthersAndEndWhenThePortCloses() throws Exception {
    KeyFiles alice = authority.issue(Request.of("alice"));
    List<Socket> halfOpen = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), securePort());
        socket.setSoTimeout(WAIT_S * 1000);
        halfOpen.add(socket);
        // The header of a 16 KiB record that is never sent.
        socket.getOutputStream().write(new byte[] {22, 3, 1, 0x40, 0, 1});
      }
      echo(channel(alice));
      port.close();
      for (Socket socket : halfOpen) {
        assertThat(text(socket)).isEmpty();
      }
    } finally {
      for (Socket socket : halfOpen) {
        socket.close();
      }
    }
  }

  @Test
  void renegotiationIsRefused() throws Exception {
    try (SSLSocket socket = socket(client(authority.issue(Request.of("alice"))), "TLSv1.2")) {
      socket.startHandshake();
      assertThatThrownBy(
              () -> {
                socket.startHandshake();
                socket.getOutputStream().write(get("localhost"));
                text(socket);
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void unixSocketsServeWithAndWithoutTls() throws Exception {
    Path plain = directory.resolve("plain.sock");
    Path secure = directory.resolve("secure.sock");
    Files.createFile(plain); // as left by a killed server
    try (ClientPort unix =
        ClientPort.start(
            ClientPortSettings.of(
                List.of(
                    new ListenAddress(UnixDomainSocketAddress.of(plain), false),
                    new ListenAddress(UnixDomainSocketAddress.of(secure), true)),
                TlsContext.server(TlsSettings.server(serverFiles, authority.file())),
                1024,
                ConnectionRules.DEFAULT),
            List.of(EchoService.open()),
            new GrpcCounters(),
            HttpSite.open(Map.of("/version", new VersionEndpoint(EtcdVersion.DEFAULT))))) {
      assertThat(unix.addresses()).hasSize(2);
      assertThat(askUnix(plain)).startsWith("HTTP/1.1 200 OK");
      assertThat(askUnix(secure)).doesNotContain("200");
    }
    assertThat(plain).doesNotExist();
    assertThat(secure).doesNotExist();
  }

  private static String askUnix(Path path) throws IOException {
    try (SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      socket.write(ByteBuffer.wrap(get("localhost")));
      return new String(Channels.newInputStream(socket).readAllBytes(), UTF_8);
    }
  }

  private static byte[] get(String host) {
    return "GET /version HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
        .formatted(host)
        .getBytes(UTF_8);
  }

  private static String text(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    } catch (SocketException e) {
      return ""; // closed with a reset
    }
  }

  private SSLSocket socket(TlsContext tls, String... protocols) throws IOException {
    SSLSocket socket =
        (SSLSocket) tls.context().getSocketFactory().createSocket("127.0.0.1", securePort());
    socket.setSoTimeout(WAIT_S * 1000);
    if (protocols.length > 0) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setProtocols(protocols);
      socket.setSSLParameters(parameters);
    }
    return socket;
  }
}
