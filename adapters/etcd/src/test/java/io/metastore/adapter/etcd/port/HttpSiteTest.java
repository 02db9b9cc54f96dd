package io.metastore.adapter.etcd.port;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Which requests an HTTP port serves, by host and origin. */
class HttpSiteTest {
  private static final Map<String, HttpEndpoint> VERSION =
      Map.of("/version", new VersionEndpoint(EtcdVersion.DEFAULT));

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void onlyListedOriginsMayReadAnswers() throws Exception {
    HttpSite site = new HttpSite(VERSION, Map.of(), Set.of("http://good"), Set.of("*"));
    try (HttpPort port = open(site)) {
      assertThat(allowedOrigin(get(port, "/version", "Origin", "http://good")))
          .isEqualTo("http://good");
      assertThat(allowedOrigin(get(port, "/version", "Origin", "http://evil"))).isEmpty();
      assertThat(allowedOrigin(get(port, "/version", "Accept", "*/*"))).isEmpty();
    }
  }

  @Test
  void otherHostsAreMisdirected() throws Exception {
    HttpSite site = new HttpSite(VERSION, Map.of(), Set.of("*"), Set.of("good.example"));
    try (HttpPort port = open(site)) {
      String misdirected = ask(port, "evil.example:2379");
      assertThat(misdirected)
          .startsWith("HTTP/1.1 421 Misdirected Request")
          .contains("- e.g. etcd --host-whitelist \"evil.example\"\n")
          .contains("(CVE-2018-5702)");
      assertThat(ask(port, "good.example:2379")).startsWith("HTTP/1.1 200 OK");
    }
  }

  @Test
  void metricsPortSendsNoCorsHeaders() throws Exception {
    try (HttpPort port = open(HttpSite.metricsOnly(VERSION))) {
      HttpResponse<String> answer = get(port, "/version", "Origin", "http://any");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(allowedOrigin(answer)).isEmpty();
    }
  }

  @Test
  void portWithoutSiteClosesItsConnections() throws Exception {
    try (HttpPort port = open(HttpSite.none())) {
      assertThat(ask(port, "a")).isEmpty();
    }
  }

  @Test
  void profilesShowThreadsAndHeap() throws Exception {
    DebugEndpoints debug = new DebugEndpoints(List.of("etcd", "--name", "m"), Runnable::run);
    Map<String, HttpEndpoint> endpoints = new HashMap<>(debug.profiles());
    endpoints.putAll(debug.always());
    try (HttpPort port = open(HttpSite.open(endpoints))) {
      assertThat(get(port, "/debug/pprof/goroutine?debug=2", "Accept", "*/*").body())
          .contains("\"netty-http", "\tat ");
      assertThat(get(port, "/debug/pprof/heap", "Accept", "*/*").body())
          .contains("bytes used")
          .contains("java.lang.String");
      assertThat(get(port, "/debug/pprof/cmdline", "Accept", "*/*").body())
          .isEqualTo("etcd\0--name\0m");
      assertThat(get(port, "/debug/vars", "Accept", "*/*").body())
          .startsWith("{\"cmdline\":[\"etcd\",\"--name\",\"m\"],\"memstats\":{");
      assertThat(get(port, "/debug/pprof/block", "Accept", "*/*").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void oneRecordingIsMadeAtATime() throws Exception {
    DebugEndpoints debug = new DebugEndpoints(List.of(), Runnable::run);
    try (HttpPort port = open(HttpSite.open(debug.profiles()))) {
      for (String seconds : List.of("x", "0", "-1", "301", "")) {
        var refused = get(port, "/debug/pprof/profile?seconds=" + seconds, "Accept", "*/*");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).isEqualTo("seconds must be a whole number from 1 to 300\n");
      }
      CompletableFuture<HttpResponse<byte[]>> first =
          http.sendAsync(
              HttpRequest.newBuilder(uri(port, "/debug/pprof/profile?seconds=1")).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      HttpResponse<String> second = get(port, "/debug/pprof/trace", "Accept", "*/*");
      HttpResponse<byte[]> recorded = first.get();
      // Either may have come first.
      assertThat(List.of(recorded.statusCode(), second.statusCode()))
          .containsExactlyInAnyOrder(200, 500);
      HttpResponse<?> made = recorded.statusCode() == 200 ? recorded : second;
      assertThat(made.headers().firstValue("content-type")).contains("application/octet-stream");
      assertThat(made.headers().firstValue("content-disposition").orElseThrow()).endsWith(".jfr\"");
      HttpResponse<String> next = get(port, "/debug/pprof/trace?seconds=1", "Accept", "*/*");
      assertThat(next.body()).startsWith("FLR\0");
    }
  }

  private static HttpPort open(HttpSite site) throws Exception {
    return HttpPort.start(
        List.of(ListenAddress.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))),
        null,
        site,
        1024);
  }

  private static InetSocketAddress address(HttpPort port) {
    return (InetSocketAddress) port.addresses().get(0).address();
  }

  private HttpResponse<String> get(HttpPort port, String path, String header, String value)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri(port, path)).header(header, value).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(HttpPort port, String path) {
    return URI.create("http://127.0.0.1:" + address(port).getPort() + path);
  }

  private static String allowedOrigin(HttpResponse<String> answer) {
    return answer.headers().firstValue("Access-Control-Allow-Origin").orElse("");
  }

  private static String ask(HttpPort port, String host) throws Exception {
    InetSocketAddress address = address(port);
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write(
              "GET /version HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                  .formatted(host)
                  .getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    } catch (SocketException e) {
      return ""; // closed while we were writing
    }
  }
}
