package io.metastore.core.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.google.protobuf.ByteString;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Txn;
import io.metastore.core.raft.PeerTls;
import io.metastore.tls.KeyFiles;
import io.metastore.tls.TestAuthority;
import io.metastore.tls.TestAuthority.Request;
import io.metastore.tls.TlsContext;
import io.metastore.tls.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class PeerTlsTest {
  private static final int WAIT_S = 60;
  private static final List<String> LOGGERS =
      List.of("io.metastore.core.raft.PeerHandshake", "io.metastore.core.raft.PeerChannels");

  @TempDir Path directory;
  private TestAuthority authority;
  private final List<KeyFiles> files = new ArrayList<>();
  private final BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          refusals.add(event.getFormattedMessage() + " " + event.getKeyValuePairs());
        }
      };

  @BeforeEach
  void makeCertificates() {
    authority = new TestAuthority(directory, "authority");
    for (int i = 0; i < 3; i++) {
      files.add(authority.issue(Request.of("m" + i)));
    }
    appender.start();
    LOGGERS.forEach(name -> ((Logger) LoggerFactory.getLogger(name)).addAppender(appender));
  }

  @AfterEach
  void stopListening() {
    LOGGERS.forEach(name -> ((Logger) LoggerFactory.getLogger(name)).detachAppender(appender));
  }

  /** Waits for a log line about a connection. */
  private void awaitRefusal(String message, String error) throws InterruptedException {
    String line;
    do {
      line = refusals.poll(WAIT_S, TimeUnit.SECONDS);
      assertThat(line).as("a line with '%s' and '%s'", message, error).isNotNull();
    } while (!line.contains(message) || !line.contains(error));
  }

  private PeerTls tls(KeyFiles identity) {
    try {
      return PeerTls.open(TlsSettings.server(identity, authority.file()), true);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private TestCluster cluster() throws IOException {
    return new TestCluster(directory, 3, number -> tls(files.get(number)));
  }

  @Test
  void membersServeAndRestart() throws Exception {
    try (TestCluster cluster = cluster().startAll()) {
      for (int i = 0; i < 3; i++) {
        put(cluster.node(i), "before" + i);
      }
      cluster.stop(1);
      put(cluster.node(0), "without");
      put(cluster.node(2), "without");
      cluster.start(1).ready().get(WAIT_S, TimeUnit.SECONDS);
      put(cluster.node(1), "after");
      cluster.awaitOneState();
      assertThat(cluster.node(1).cluster().members().get(0).peerUrls().get(0))
          .startsWith("https://127.0.0.1:");
    }
  }

  @Test
  void aMemberRestartsWithARenewedCertificate() throws Exception {
    try (TestCluster cluster = cluster().startAll()) {
      put(cluster.node(0), "before");
      cluster.stop(2);
      for (KeyFiles each : files) {
        authority.issueInto(each, Request.of("renewed"));
      }
      cluster.start(2).ready().get(WAIT_S, TimeUnit.SECONDS);
      put(cluster.node(2), "after");
    }
  }

  @Test
  void aMemberWithAForeignCertificateIsRejected() throws Exception {
    try (TestCluster cluster = cluster().startAll()) {
      put(cluster.node(0), "before");
      cluster.stop(2);
      files.set(2, new TestAuthority(directory, "foreign").issue(Request.of("m2")));
      Node outside = cluster.start(2);
      awaitRefusal("rejected connection on peer endpoint", "");
      awaitRefusal("prober detected unhealthy status", "remote error: tls: ");
      Assertions.assertThatThrownBy(() -> outside.ready().get(1, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);
      put(cluster.node(0), "without");
    }
  }

  @Test
  void pagesAreServedByHttpsAndPlainBytesAreRefused() throws Exception {
    try (TestCluster cluster = cluster()) {
      cluster.start(0);
      String address = cluster.address(0);
      int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
      TlsContext client =
          TlsContext.client(
              TlsSettings.client(authority.issue(Request.of("curl")), authority.file(), false));
      HttpResponse<String> page =
          HttpClient.newBuilder()
              .sslContext(client.context())
              .build()
              .send(
                  HttpRequest.newBuilder(URI.create("https://" + address + "/none")).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(page.statusCode()).isEqualTo(404);
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(WAIT_S * 1000);
        socket.getOutputStream().write("GET /version HTTP/1.1\r\n\r\n".getBytes(UTF_8));
        assertThat(text(socket)).doesNotContain("HTTP/1.1");
      }
      awaitRefusal("rejected", "tls: first record does not look like a TLS handshake");
    }
  }

  private static String text(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    } catch (SocketException e) {
      return ""; // closed with a reset
    }
  }

  private static void put(Node node, String key) throws Exception {
    Put put =
        Put.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFromUtf8("v"))
            .build();
    Command command =
        Command.newBuilder()
            .setTxn(Txn.newBuilder().addSuccess(Op.newBuilder().setPut(put)))
            .build();
    assertThat(node.submit(command).get(WAIT_S, TimeUnit.SECONDS))
        .isInstanceOf(Outcome.TxnDone.class);
  }
}
