package io.metastore.adapter.etcd.port;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a client observes on its HTTP/2 connection. */
class ConnectionRulesTest {
  private static final int FRAME_HEADER_BYTES = 9;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int MAX_CONCURRENT_STREAMS = 3;

  @Test
  void clientIsToldHowManyStreamsItMayOpen() throws Exception {
    try (ClientPort port = start(Duration.ZERO, 7);
        Socket socket = connect(port)) {
      ByteBuffer settings = ByteBuffer.wrap(awaitFrame(socket, SETTINGS));
      int streams = -1;
      while (settings.hasRemaining()) {
        int name = settings.getShort();
        int value = settings.getInt();
        streams = name == MAX_CONCURRENT_STREAMS ? value : streams;
      }
      assertThat(streams).isEqualTo(7);
    }
  }

  @Test
  void silentClientIsPingedAndThenDisconnected() throws Exception {
    try (ClientPort port = start(Duration.ofMillis(10), 7);
        Socket socket = connect(port)) {
      awaitFrame(socket, PING);
      while (port.connections() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  private static ClientPort start(Duration pingInterval, int streamsMax) throws IOException {
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    ConnectionRules rules =
        new ConnectionRules(Duration.ofSeconds(5), pingInterval, Duration.ofMillis(10), streamsMax);
    return ClientPort.start(
        ClientPortSettings.of(List.of(ListenAddress.plain(free)), null, 1024, rules),
        List.of(),
        new GrpcCounters(),
        HttpSite.none());
  }

  private static Socket connect(ClientPort port) throws IOException {
    Socket socket = new Socket();
    socket.connect(port.addresses().get(0).address());
    OutputStream stream = socket.getOutputStream();
    stream.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
    stream.write(new byte[] {0, 0, 0, SETTINGS, 0, 0, 0, 0, 0});
    stream.flush();
    return socket;
  }

  /** The content of the next frame of this type. */
  private static byte[] awaitFrame(Socket socket, int kind) throws IOException {
    DataInputStream stream = new DataInputStream(socket.getInputStream());
    while (true) {
      ByteBuffer header = ByteBuffer.wrap(stream.readNBytes(FRAME_HEADER_BYTES));
      int length = header.getInt(0) >>> 8;
      byte[] content = stream.readNBytes(length);
      if (header.get(3) == kind) {
        return content;
      }
    }
  }
}
