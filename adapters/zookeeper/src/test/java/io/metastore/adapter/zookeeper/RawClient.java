package io.metastore.adapter.zookeeper;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import org.apache.jute.BinaryInputArchive;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.proto.ConnectRequest;
import org.apache.zookeeper.proto.ConnectResponse;
import org.apache.zookeeper.proto.ReplyHeader;
import org.jspecify.annotations.Nullable;

/** Sends any packets to a ZooKeeper server, and returns all packets of the server in order. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MS = 60_000;

  /** So long that no session expires during a test. */
  static final int SESSION_MS = 600_000;

  private static final int PASSWORD_BYTES = 16;

  private final Socket socket;
  private final DataInputStream in;
  final long session;

  /** A packet of the server after its header. */
  record Packet(ReplyHeader header, ByteArrayInputStream bytes, BinaryInputArchive body) {}

  RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MS);
    in = new DataInputStream(socket.getInputStream());
    ConnectRequest connect =
        new ConnectRequest(0, 0, SESSION_MS, 0, new byte[PASSWORD_BYTES], false);
    send(ByteBuffer.wrap(encode(connect)));
    byte[] reply = receiveBytes();
    if (reply == null) {
      throw new EOFException("no session");
    }
    ConnectResponse response = new ConnectResponse();
    response.deserialize(archive(reply), "");
    session = response.getSessionId();
  }

  static byte[] encode(Record... records) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryOutputArchive out = BinaryOutputArchive.getArchive(bytes);
    for (Record record : records) {
      record.serialize(out, "");
    }
    return bytes.toByteArray();
  }

  /** Sends a packet; does nothing if the server has closed the connection. */
  void send(ByteBuffer packet) throws IOException {
    int length = packet.remaining();
    byte[] framed =
        ByteBuffer.allocate(Integer.BYTES + length).putInt(length).put(packet.duplicate()).array();
    try {
      socket.getOutputStream().write(framed);
    } catch (SocketException e) {
      // receive() reports it
    }
  }

  /** The next packet; null if the server has closed the connection. */
  @Nullable Packet receive() throws IOException {
    byte[] packet = receiveBytes();
    if (packet == null) {
      return null;
    }
    ByteArrayInputStream bytes = new ByteArrayInputStream(packet);
    BinaryInputArchive body = BinaryInputArchive.getArchive(bytes);
    ReplyHeader header = new ReplyHeader();
    header.deserialize(body, "");
    return new Packet(header, bytes, body);
  }

  private byte @Nullable [] receiveBytes() throws IOException {
    try {
      byte[] packet = new byte[in.readInt()];
      in.readFully(packet);
      return packet;
    } catch (EOFException | SocketException e) {
      return null;
    }
  }

  private static BinaryInputArchive archive(byte[] bytes) {
    return BinaryInputArchive.getArchive(new ByteArrayInputStream(bytes));
  }

  /** Closes the connection, but not the session. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
