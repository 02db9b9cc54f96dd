package io.metastore.compat.wire;

import static io.metastore.compat.wire.WireSuite.utf8;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * HTTP clients that send too much, too slowly or nonsense. The server, whose heap has 192 MiB,
 * refuses what would need more, and serves gRPC clients meanwhile.
 */
class BadHttpClientsTest {
  private static final int SLOW_CLIENTS = 400;
  private static final int SLOW_BODY_BYTES = 4_000_000;
  private static final int LARGE_BODIES = 30;
  private static final int LARGE_BODY_BYTES = 10 << 20;
  private static final int DEPTH = 100_000;

  @Test
  void theServerLivesAndServesGrpc() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try (ClusterProcesses cluster = ClusterProcesses.one(BadHttpClientsTest.class)) {
      ServerProcess server = cluster.only();
      // Together 1.6 GB are announced, and a half of a MiB of each is sent.
      for (int i = 0; i < SLOW_CLIENTS; i++) {
        slow.add(sendPart(server, SLOW_BODY_BYTES, SLOW_BODY_BYTES / 8));
        if (i % 50 == 0) {
          assertServes(server);
        }
      }
      for (int i = 0; i < LARGE_BODIES; i++) {
        try (Socket large = sendPart(server, LARGE_BODY_BYTES, LARGE_BODY_BYTES)) {
          assertThat(answer(large)).matches("|HTTP/1.1 (413|503) .*");
        }
        assertServes(server);
      }
      for (Socket client : slow) {
        client.close();
      }
      Await.until("there is memory for bodies", () -> post(server, "{}").contains(" 400 "));
      assertThat(post(server, "{\"a\":".repeat(DEPTH))).startsWith("HTTP/1.1 400 ");
      assertThat(post(server, "{\"key\":".repeat(DEPTH))).startsWith("HTTP/1.1 400 ");
      assertThat(post(server, "[".repeat(DEPTH))).startsWith("HTTP/1.1 400 ");
      for (String wrong :
          List.of(
              "{\"key\":1}", "{\"lease\":\"x\"}", "{\"lease\":{}}", "[]", "1", "\0", "{\"key\"")) {
        assertThat(post(server, wrong)).as(wrong).startsWith("HTTP/1.1 400 ");
      }
      assertServes(server);
    } finally {
      for (Socket client : slow) {
        client.close();
      }
    }
  }

  /** Sends the head of a request, and as much of its body; the server may refuse it before. */
  private static Socket sendPart(ServerProcess server, int contentLength, int sent)
      throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.clientPort());
    socket.setSoTimeout((int) Await.PATIENCE.toMillis());
    try {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /v3/kv/put HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: "
                  + contentLength
                  + "\r\n\r\n")
              .getBytes(US_ASCII));
      byte[] part = new byte[64 << 10];
      for (int left = sent; left > 0; left -= part.length) {
        out.write(part, 0, Math.min(left, part.length));
      }
    } catch (SocketException e) {
      // refused before all was sent
    }
    return socket;
  }

  private static String post(ServerProcess server, String body) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.clientPort())) {
      socket.setSoTimeout((int) Await.PATIENCE.toMillis());
      byte[] bytes = body.getBytes(US_ASCII);
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /v3/kv/put HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: "
                  + bytes.length
                  + "\r\n\r\n")
              .getBytes(US_ASCII));
      out.write(bytes);
      return answer(socket);
    }
  }

  /** The first line; empty if the server closed the connection while it was sent to. */
  private static String answer(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), US_ASCII).split("\r\n", 2)[0];
    } catch (SocketException e) {
      return "";
    }
  }

  private static void assertServes(ServerProcess server) {
    ByteString key = utf8("beside-bad-clients");
    KVGrpc.KVBlockingStub kv =
        KVGrpc.newBlockingStub(server.channel())
            .withDeadlineAfter(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    kv.put(PutRequest.newBuilder().setKey(key).setValue(key).build());
    assertThat(kv.range(RangeRequest.newBuilder().setKey(key).build()).getCount()).isEqualTo(1);
  }
}
