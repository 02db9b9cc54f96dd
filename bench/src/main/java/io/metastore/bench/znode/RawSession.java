package io.metastore.bench.znode;

import io.metastore.bench.server.Endpoint;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.jute.BinaryInputArchive;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.proto.ConnectRequest;
import org.apache.zookeeper.proto.ConnectResponse;
import org.apache.zookeeper.proto.GetDataRequest;
import org.apache.zookeeper.proto.ReplyHeader;
import org.apache.zookeeper.proto.RequestHeader;

/**
 * A session on a blocking socket. Unlike ZooKeeper's Java client it has no threads, so there can be
 * tens of thousands in one process.
 */
final class RawSession implements AutoCloseable {
  private static final int PASSWORD_BYTES = 16;
  private static final int BUFFER_BYTES = 512;
  private static final int XID_EVENT = -1;
  private static final int XID_PING = -2;

  private final Socket socket;
  private final DataInputStream in;
  private int events;

  /** Connects, and requests a session; {@link #awaitOpen} receives the answer. */
  RawSession(Endpoint endpoint) {
    try {
      socket = new Socket(endpoint.host(), endpoint.port());
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(Sessions.TIMEOUT_MS);
      in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
      send(new ConnectRequest(0, 0, Sessions.TIMEOUT_MS, 0, new byte[PASSWORD_BYTES], false));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until the session is open. */
  void awaitOpen() {
    try {
      ConnectResponse response = new ConnectResponse();
      response.deserialize(receive(), "");
      if (response.getSessionId() == 0) {
        throw new IllegalStateException("the server refused a session");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keeps the session alive. */
  void ping() {
    send(new RequestHeader(XID_PING, OpCode.ping));
    receiveReply();
  }

  /** Sends a read of a node that leaves a one-shot watch. */
  void sendWatch(String path) {
    send(new RequestHeader(1, OpCode.getData), new GetDataRequest(path, true));
  }

  /**
   * Receives a reply; events that come before it are counted.
   *
   * @throws IllegalStateException if it reports an error
   */
  void receiveReply() {
    try {
      while (true) {
        ReplyHeader header = new ReplyHeader();
        header.deserialize(receive(), "");
        if (header.getXid() != XID_EVENT) {
          if (header.getErr() != 0) {
            throw new IllegalStateException("a request failed with code " + header.getErr());
          }
          return;
        }
        events++;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until so many events have arrived since the start. */
  void awaitEvents(int count) {
    try {
      for (; events < count; events++) {
        receive();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void send(Record... records) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      BinaryOutputArchive out = BinaryOutputArchive.getArchive(bytes);
      for (Record record : records) {
        record.serialize(out, "");
      }
      socket
          .getOutputStream()
          .write(
              ByteBuffer.allocate(Integer.BYTES + bytes.size())
                  .putInt(bytes.size())
                  .put(bytes.toByteArray())
                  .array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private BinaryInputArchive receive() throws IOException {
    byte[] packet = new byte[in.readInt()];
    in.readFully(packet);
    return BinaryInputArchive.getArchive(new ByteArrayInputStream(packet));
  }

  /** Closes the connection, but not the session. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
