package io.metastore.adapter.zookeeper.wire;

import com.google.protobuf.ByteString;
import io.metastore.adapter.zookeeper.wire.JuteReader.Malformed;
import io.netty.buffer.ByteBuf;
import java.util.Objects;

/**
 * The first packet of a connection.
 *
 * @param lastZxid the newest that the client has seen
 * @param timeoutMs as the client wants it
 * @param session to attach to; 0 for a new one
 * @param tellsReadOnly whether the client knows of read-only servers, and wants to be told
 */
public record ConnectRequest(
    long lastZxid, int timeoutMs, long session, ByteString password, boolean tellsReadOnly) {
  private static final int PASSWORD_BYTES = 16;

  /** Decodes the body of the packet. */
  public static ConnectRequest decode(ByteBuf frame) throws Malformed {
    JuteReader in = new JuteReader(frame);
    in.int32(); // protocol version
    long lastZxid = in.int64();
    int timeoutMs = in.int32();
    long session = in.int64();
    ByteString password = Objects.requireNonNullElse(in.buffer(), ByteString.EMPTY);
    return new ConnectRequest(lastZxid, timeoutMs, session, password, in.hasMore());
  }

  /** Tells the client its session. */
  public ByteBuf accept(ByteBuf out, int agreedTimeoutMs, long agreedSession, ByteString secret) {
    JuteWriter packet =
        JuteWriter.begin(out)
            .int32(0) // protocol version
            .int32(agreedTimeoutMs)
            .int64(agreedSession)
            .buffer(secret);
    // Clients that did not tell of it do not expect it.
    return (tellsReadOnly ? packet.bool(false) : packet).end();
  }

  /** Tells the client that its session is gone. */
  public ByteBuf refuse(ByteBuf out) {
    return accept(out, 0, 0, ByteString.copyFrom(new byte[PASSWORD_BYTES]));
  }
}
