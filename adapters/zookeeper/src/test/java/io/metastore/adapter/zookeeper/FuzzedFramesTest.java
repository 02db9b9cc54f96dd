package io.metastore.adapter.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.proto.ConnectRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sends damaged packets on many connections at once. Each must be answered, or its connection must
 * be closed, and another client's session must be served meanwhile.
 */
class FuzzedFramesTest {
  private static final int CONNECTIONS = Integer.getInteger("connections", 200);
  private static final int THREADS = 8;
  private static final int PACKETS_MAX = 20;
  private static final int PATIENCE_MS = 60_000;
  private static final int GARBAGE_BYTES_MAX = 4096;

  @TempDir static Path directory;
  private static TestServer server;

  static LongStream seeds() {
    Long pinned = Long.getLong("seed");
    return pinned != null ? LongStream.of(pinned) : new Random().longs(Long.getLong("seeds", 1));
  }

  @BeforeAll
  static void startServer() throws Exception {
    server = TestServer.start(directory);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void otherSessionsAreServed(long seed) throws Exception {
    Random random = new Random(seed);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (TestClient other = server.connect()) {
      String own = other.create("/fuzz" + seed, "0", CreateMode.EPHEMERAL);
      long session = other.zk.getSessionId();
      List<Future<?>> attacks = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        Random mine = new Random(random.nextLong());
        Callable<?> attack = i % 2 == 0 ? () -> beforeSession(mine) : () -> inSession(mine);
        attacks.add(threads.submit(attack));
      }
      int writes = 0;
      for (Future<?> attack : attacks) {
        assertThat(other.zk.setData(own, new byte[writes], writes).getVersion())
            .isEqualTo(++writes);
        attack.get();
      }
      assertThat(other.zk.getData(own, false, null)).hasSize(writes - 1);
      assertThat(other.zk.getSessionId()).isEqualTo(session);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Sends a damaged beginning of a connection, and waits until the server closes it. */
  private static Void beforeSession(Random random) throws IOException {
    byte[] connect =
        RawClient.encode(
            new ConnectRequest(
                0, random.nextLong(), random.nextInt(), random.nextLong(), new byte[16], false));
    ByteBuffer bytes =
        switch (random.nextInt(5)) {
          case 0 -> ByteBuffer.wrap(garbage(random));
          case 1 -> framed(random.nextInt(), connect);
          case 2 -> framed(connect.length, damaged(connect, random));
          case 3 -> framed(random.nextInt(connect.length), connect);
          default -> ByteBuffer.wrap(connect);
        };
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(PATIENCE_MS);
      try {
        socket.getOutputStream().write(bytes.array());
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      } catch (SocketTimeoutException e) {
        throw new AssertionError("the server keeps the connection", e);
      } catch (IOException reset) {
        // The server may have closed the connection first.
      }
    }
    return null;
  }

  /** Sends damaged requests in a session. Each is answered, or the connection is closed. */
  private static Void inSession(Random random) throws IOException {
    RandomRequests requests = new RandomRequests(random);
    try (RawClient client = new RawClient(server.port())) {
      int sent = random.nextInt(PACKETS_MAX);
      for (int i = 0; i < sent; i++) {
        byte[] request = bytes(requests.next().packet());
        client.send(
            ByteBuffer.wrap(
                switch (random.nextInt(4)) {
                  case 0 -> request;
                  case 1 -> garbage(random);
                  default -> damaged(request, random);
                }));
      }
      // The reply to a ping comes after the replies to all requests.
      ByteBuffer ping = requests.ping().packet();
      int pingXid = ping.getInt(0);
      client.send(ping);
      RawClient.Packet packet = client.receive();
      while (packet != null && packet.header().getXid() != pingXid) {
        packet = client.receive();
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the server neither answers nor closes the connection", e);
    }
    return null;
  }

  private static byte[] bytes(ByteBuffer packet) {
    byte[] bytes = new byte[packet.remaining()];
    packet.duplicate().get(bytes);
    return bytes;
  }

  private static ByteBuffer framed(int length, byte[] packet) {
    return ByteBuffer.allocate(Integer.BYTES + packet.length).putInt(length).put(packet);
  }

  private static byte[] garbage(Random random) {
    byte[] bytes = new byte[1 + random.nextInt(GARBAGE_BYTES_MAX)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A packet with some bytes changed, cut off, or added. */
  private static byte[] damaged(byte[] packet, Random random) {
    if (packet.length == 0) {
      return packet;
    }
    byte[] bytes = packet.clone();
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(64));
      case 2 -> {
        // A length or a count in the body.
        int at = random.nextInt(bytes.length);
        ByteBuffer all = ByteBuffer.wrap(bytes);
        if (at + Integer.BYTES <= bytes.length) {
          all.putInt(at, random.nextBoolean() ? random.nextInt() : Integer.MAX_VALUE);
        }
        yield bytes;
      }
      default -> {
        for (int left = 1 + random.nextInt(4); left > 0; left--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        yield bytes;
      }
    };
  }
}
