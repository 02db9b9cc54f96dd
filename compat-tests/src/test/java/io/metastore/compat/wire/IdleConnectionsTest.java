package io.metastore.compat.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.sun.management.UnixOperatingSystemMXBean;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Very many clients that are connected but idle. */
class IdleConnectionsTest {
  private static final int CONNECTIONS = 10_000;

  /** File descriptors that the tests and a server need for other purposes. */
  private static final int OTHER_FILES = 1_000;

  private static final long BYTES_EACH_MAX = 16 << 10;

  /** The first bytes of an HTTP/2 client: the preface and an empty SETTINGS frame. */
  private static final byte[] HELLO =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(US_ASCII);

  private static final int FRAME_HEADER_BYTES = 9;

  @Test
  void tenThousandIdleConnectionsStayOpenAndOthersAreServed() throws Exception {
    // Java raises the soft limit to the hard limit, also for the processes that it starts.
    long files =
        ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
            .getMaxFileDescriptorCount();
    assumeTrue(
        files >= CONNECTIONS + OTHER_FILES,
        () -> "the hard limit on open files (ulimit -Hn) is " + files + ", too low for this");
    List<SocketChannel> idle = new ArrayList<>();
    try (ClusterProcesses cluster = ClusterProcesses.one(IdleConnectionsTest.class)) {
      ServerProcess server = cluster.only();
      putAndRead(server, "before");
      long before = server.residentBytes();
      for (int i = 0; i < CONNECTIONS; i++) {
        idle.add(greet(server));
      }
      putAndRead(server, "while they idle");
      assertThat((server.residentBytes() - before) / CONNECTIONS).isLessThan(BYTES_EACH_MAX);
      for (SocketChannel connection : idle) {
        assertOpen(connection);
      }
    } finally {
      for (SocketChannel connection : idle) {
        connection.close();
      }
    }
  }

  private static void putAndRead(ServerProcess server, String value) {
    ByteString key = ByteString.copyFromUtf8("idle");
    ByteString bytes = ByteString.copyFromUtf8(value);
    var kv = KVGrpc.newBlockingStub(server.channel());
    kv.put(PutRequest.newBuilder().setKey(key).setValue(bytes).build());
    assertThat(kv.range(RangeRequest.newBuilder().setKey(key).build()).getKvs(0).getValue())
        .isEqualTo(bytes);
  }

  /** Opens a connection and waits for the server's SETTINGS. */
  private static SocketChannel greet(ServerProcess server) throws IOException {
    SocketChannel connection =
        SocketChannel.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.clientPort()));
    connection.write(ByteBuffer.wrap(HELLO));
    ByteBuffer header = ByteBuffer.allocate(FRAME_HEADER_BYTES);
    while (header.hasRemaining()) {
      if (connection.read(header) < 0) {
        throw new EOFException("closed by the server");
      }
    }
    return connection;
  }

  private static void assertOpen(SocketChannel connection) throws IOException {
    connection.configureBlocking(false);
    ByteBuffer rest = ByteBuffer.allocate(1024);
    int read;
    do {
      read = connection.read(rest.clear());
    } while (read > 0);
    assertThat(read).isZero();
  }
}
