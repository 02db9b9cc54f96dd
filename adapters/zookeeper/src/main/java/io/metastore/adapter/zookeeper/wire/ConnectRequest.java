package io.metastore.adapter.zookeeper.wire;

import com.google.protobuf.ByteString;
import io.metastore.adapter.zookeeper.wire.JuteReader.Malformed;
import io.netty.buffer.ByteBuf;
import java.util.Objects;

/**
 * The first packet of a connection.
 *
 * @param lastZxid the newest zxid that the client has seen
 * @param timeoutMs the session timeout that the client wants
 * @param session the session to attach to; 0 for a new one
 * @param tellsReadOnly whether the client knows about read-only servers and expects that field in
 *     the reply
 * @param canBeReadOnly whether the client accepts a server that only serves reads
 */
public record ConnectRequest(
    long lastZxid,
    int timeoutMs,
    long session,
    ByteString password,
    boolean tellsReadOnly,
    boolean canBeReadOnly) {
  private static final int PASSWORD_BYTES = 16;

  /** Decodes the body of the packet. */
  public static ConnectRequest decode(ByteBuf frame) throws Malformed {
    JuteReader in = new JuteReader(frame);
    in.int32(); // protocol version
    long lastZxid = in.int64();
    int timeoutMs = in.int32();
    long session = in.int64();
    ByteString password = Objects.requireNonNullElse(in.buffer(), ByteString.EMPTY);
    boolean tellsReadOnly = in.hasMore();
    boolean canBeReadOnly = tellsReadOnly && in.bool();
    return new ConnectRequest(lastZxid, timeoutMs, session, password, tellsReadOnly, canBeReadOnly);
  }

  /** The reply that grants the session. */
  public ByteBuf accept(
      ByteBuf out, int agreedTimeoutMs, long agreedSession, ByteString secret, boolean readOnly) {
    JuteWriter packet =
        JuteWriter.begin(out)
            .int32(0) // protocol version
            .int32(agreedTimeoutMs)
            .int64(agreedSession)
            .buffer(secret);
    // Older clients do not expect this field.
    return (tellsReadOnly ? packet.bool(readOnly) : packet).end();
  }

  /** The reply for a session that no longer exists. */
  public ByteBuf refuse(ByteBuf out) {
    return accept(out, 0, 0, ByteString.copyFrom(new byte[PASSWORD_BYTES]), false);
  }
}
