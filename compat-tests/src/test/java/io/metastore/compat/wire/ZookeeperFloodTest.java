package io.metastore.compat.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.OneNode;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.proto.ConnectRequest;
import org.apache.zookeeper.proto.CreateRequest;
import org.apache.zookeeper.proto.DeleteRequest;
import org.apache.zookeeper.proto.MultiHeader;
import org.apache.zookeeper.proto.RequestHeader;
import org.apache.zookeeper.proto.SetWatches2;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Connections that want more of a server with a small heap than it has. It may close them, but must
 * serve others.
 */
@ExtendWith(OneNode.class)
class ZookeeperFloodTest {
  private static final int CONNECTIONS = 120;
  private static final int SESSION_MS = 60_000;

  /** The largest packet that the server accepts; ZooKeeper's {@code jute.maxbuffer}. */
  private static final int PACKET_BYTES_MAX = 0xfffff;

  private static final int FIRST_BYTES = 64 << 10;

  private int port;
  private ZooKeeper other;
  private String own;
  private final List<Socket> sockets = new ArrayList<>();

  @BeforeEach
  void connect(ClusterProcesses cluster) throws Exception {
    String address = cluster.only().zookeeperAddress();
    port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    other = new ZooKeeper(address, SESSION_MS, (WatchedEvent event) -> {});
    own = other.create("/flood", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
  }

  @AfterEach
  void close() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    other.close();
  }

  @Test
  void incompleteFirstPackets() throws Exception {
    for (int i = 0; i < CONNECTIONS; i++) {
      Socket socket = open();
      write(socket, new byte[FIRST_BYTES], PACKET_BYTES_MAX);
    }
    assertServes();
  }

  @Test
  void incompletePacketsInSessions() throws Exception {
    for (int i = 0; i < CONNECTIONS; i++) {
      Socket socket = openSession();
      write(socket, new byte[PACKET_BYTES_MAX - 1], PACKET_BYTES_MAX);
    }
    assertServes();
  }

  /** Each part of the request takes much more memory in the server than in the packet. */
  @Test
  void requestsOfManyParts() throws Exception {
    byte[] deletes =
        packet(
            new RequestHeader(1, OpCode.multi),
            repeated(40_000, new MultiHeader(OpCode.delete, false, -1), new DeleteRequest("", -1)));
    byte[] watches =
        packet(
            new RequestHeader(1, OpCode.setWatches2),
            new SetWatches2(
                Long.MAX_VALUE,
                Collections.nCopies(200_000, ""),
                List.of(),
                List.of(),
                List.of(),
                List.of()));
    byte[] acl =
        packet(
            new RequestHeader(1, OpCode.create),
            new CreateRequest(
                own, new byte[0], Collections.nCopies(80_000, new ACL(1, new Id("", ""))), 0));
    for (byte[] request : List.of(deletes, watches, acl)) {
      for (int i = 0; i < 4; i++) {
        Socket socket = openSession();
        write(socket, request, request.length);
        write(socket, request, request.length);
      }
      assertServes();
    }
  }

  private void assertServes() throws Exception {
    long session = other.getSessionId();
    other.setData(own, "v".getBytes(UTF_8), -1);
    assertThat(other.getData(own, false, null)).isEqualTo("v".getBytes(UTF_8));
    assertThat(other.getSessionId()).isEqualTo(session);
  }

  private Socket open() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(SESSION_MS);
    sockets.add(socket);
    return socket;
  }

  private Socket openSession() throws IOException {
    Socket socket = open();
    byte[] connect = packet(new ConnectRequest(0, 0, SESSION_MS, 0, new byte[16], false));
    write(socket, connect, connect.length);
    DataInputStream in = new DataInputStream(socket.getInputStream());
    in.readFully(new byte[in.readInt()]);
    return socket;
  }

  private static byte[] packet(Record... records) throws IOException {
    return packet(List.of(records));
  }

  private static byte[] packet(Record header, List<Record> rest) throws IOException {
    List<Record> all = new ArrayList<>(List.of(header));
    all.addAll(rest);
    all.add(new MultiHeader(-1, true, -1));
    return packet(all);
  }

  private static byte[] packet(List<Record> records) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryOutputArchive out = BinaryOutputArchive.getArchive(bytes);
    for (Record record : records) {
      record.serialize(out, "");
    }
    return bytes.toByteArray();
  }

  private static List<Record> repeated(int times, Record... records) {
    List<Record> all = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      all.addAll(List.of(records));
    }
    return all;
  }

  /** Writes a packet with a length; does nothing if the server has closed the connection. */
  private static void write(Socket socket, byte[] packet, int length) {
    try {
      socket
          .getOutputStream()
          .write(
              ByteBuffer.allocate(Integer.BYTES + packet.length)
                  .putInt(length)
                  .put(packet)
                  .array());
    } catch (IOException e) {
      // The server may refuse such packets.
    }
  }
}
