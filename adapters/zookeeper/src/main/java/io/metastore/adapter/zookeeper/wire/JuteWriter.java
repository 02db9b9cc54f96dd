package io.metastore.adapter.zookeeper.wire;

import com.google.protobuf.ByteString;
import io.metastore.core.api.ZnodeStat;
import io.metastore.core.command.AclEntry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes packets: a length, a header, and the fields of a record. */
public final class JuteWriter {
  private final ByteBuf out;
  private final int start;

  /**
   * @param out grows as needed; the caller keeps ownership
   */
  public JuteWriter(ByteBuf out) {
    this.out = out;
    this.start = out.writerIndex();
  }

  /** Begins a packet after what the buffer contains; {@link #end} sets its length. */
  public static JuteWriter begin(ByteBuf out) {
    return new JuteWriter(out).int32(0);
  }

  /** Begins a reply or a notification. */
  public static JuteWriter begin(ByteBuf out, int xid, long zxid, int error) {
    return begin(out).int32(xid).int64(zxid).int32(error);
  }

  /** Ends the packet; returns the buffer. */
  public ByteBuf end() {
    return out.setInt(start, out.writerIndex() - start - Integer.BYTES);
  }

  public JuteWriter int32(int value) {
    out.writeInt(value);
    return this;
  }

  public JuteWriter int64(long value) {
    out.writeLong(value);
    return this;
  }

  public JuteWriter bool(boolean value) {
    out.writeByte(value ? 1 : 0);
    return this;
  }

  public JuteWriter buffer(@Nullable ByteString value) {
    if (value == null) {
      return int32(-1);
    }
    out.writeInt(value.size());
    out.writeBytes(value.asReadOnlyByteBuffer());
    return this;
  }

  public JuteWriter string(String value) {
    int start = out.writerIndex();
    out.writeInt(0);
    out.setInt(start, ByteBufUtil.writeUtf8(out, value));
    return this;
  }

  public JuteWriter strings(List<String> values) {
    int32(values.size());
    values.forEach(this::string);
    return this;
  }

  public JuteWriter acl(List<AclEntry> entries) {
    int32(entries.size());
    for (AclEntry entry : entries) {
      int32(entry.getPermissions())
          .string(entry.getIdentity().getScheme())
          .string(entry.getIdentity().getId());
    }
    return this;
  }

  public JuteWriter stat(ZnodeStat stat) {
    return int64(stat.created())
        .int64(stat.modified())
        .int64(stat.createdMs())
        .int64(stat.modifiedMs())
        .int32(stat.version())
        .int32(stat.childVersion())
        .int32(stat.aclVersion())
        .int64(stat.session())
        .int32(stat.dataLength())
        .int32(stat.children())
        .int64(stat.childrenChanged());
  }

  /** Copies fields that are already encoded. The caller keeps ownership of the buffer. */
  public JuteWriter raw(ByteBuf fields) {
    out.writeBytes(fields, fields.readerIndex(), fields.readableBytes());
    return this;
  }

  /** The header of one operation of a multi. */
  public JuteWriter multiHeader(int type, boolean done, int error) {
    return int32(type).bool(done).int32(error);
  }
}
