package io.metastore.adapter.zookeeper.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.buffer.ByteBuf;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a record in order. Lengths are checked before memory is allocated. */
public final class JuteReader {
  /**
   * About the memory that a string or buffer takes beside its bytes, with its part of the records
   * around it. Most is taken by a multi of checks or by access lists, where many records have short
   * fields.
   */
  private static final int FIELD_BYTES = 128;

  private final ByteBuf in;
  private int fields;

  /**
   * @param in contains exactly the record; the caller keeps ownership
   */
  public JuteReader(ByteBuf in) {
    this.in = in;
  }

  /** A record is shorter than it claims, or a length is invalid. */
  public static final class Malformed extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  public int int32() throws Malformed {
    require(Integer.BYTES);
    return in.readInt();
  }

  public long int64() throws Malformed {
    require(Long.BYTES);
    return in.readLong();
  }

  public boolean bool() throws Malformed {
    require(1);
    return in.readByte() == 1;
  }

  /** About the memory of what has been read so far, in bytes, besides those on the wire. */
  public int overheadBytes() {
    return fields * FIELD_BYTES;
  }

  public boolean hasMore() {
    return in.isReadable();
  }

  /** Null if the length is -1. */
  public @Nullable ByteString buffer() throws Malformed {
    int length = length();
    if (length < 0) {
      return null;
    }
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  /** A missing string, with length -1, is read as an empty one. */
  public String string() throws Malformed {
    return Objects.requireNonNullElse(findString(), "");
  }

  /** Null if the length is -1. */
  public @Nullable String findString() throws Malformed {
    int length = length();
    return length < 0 ? null : in.readCharSequence(length, StandardCharsets.UTF_8).toString();
  }

  public List<String> strings() throws Malformed {
    List<String> strings = new ArrayList<>();
    for (int left = int32(); left > 0; left--) {
      strings.add(string());
    }
    return strings;
  }

  private int length() throws Malformed {
    int length = int32();
    if (length < -1) {
      throw new Malformed("invalid length " + length);
    }
    require(Math.max(0, length));
    fields++;
    return length;
  }

  private void require(int bytes) throws Malformed {
    if (in.readableBytes() < bytes) {
      throw new Malformed("record is too short");
    }
  }
}
