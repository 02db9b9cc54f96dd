package io.metastore.server.zookeeper.data;

import com.google.protobuf.ByteString;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.AclEntry;
import io.metastore.core.command.Identity;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the fields of jute records: numbers are big-endian, and lengths come first. */
final class JuteInput {
  /** More than any request may contain, to refuse lengths that are no lengths. */
  private static final int LENGTH_MAX = 256 << 20;

  private static final int ACL_ENTRIES_MAX = 1 << 20;

  private final DataInputStream in;

  JuteInput(InputStream in) {
    this.in = new DataInputStream(in);
  }

  int int32() throws IOException {
    return in.readInt();
  }

  long int64() throws IOException {
    return in.readLong();
  }

  int int8() throws IOException {
    return in.readUnsignedByte();
  }

  boolean bool() throws IOException {
    return in.readByte() != 0;
  }

  /** A byte array; null if its length is negative. */
  byte @Nullable [] bytes() throws IOException {
    int length = in.readInt();
    if (length < 0) {
      return null;
    }
    if (length > LENGTH_MAX) {
      throw new DamagedFile("a field claims to have " + length + " bytes");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  @Nullable ByteString data() throws IOException {
    byte[] bytes = bytes();
    return bytes == null ? null : ByteString.copyFrom(bytes);
  }

  /** A text; the empty one for null. */
  String text() throws IOException {
    byte[] bytes = bytes();
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  List<String> texts() throws IOException {
    int count = in.readInt();
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(text());
    }
    return texts;
  }

  ZnodeAcl acl() throws IOException {
    int count = in.readInt();
    if (count > ACL_ENTRIES_MAX) {
      throw new DamagedFile("an access list claims to have " + count + " entries");
    }
    List<AclEntry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(
          AclEntry.newBuilder()
              .setPermissions(in.readInt())
              .setIdentity(Identity.newBuilder().setScheme(text()).setId(text()))
              .build());
    }
    return new ZnodeAcl(entries);
  }

  /** Whether nothing is left; only for input that is in memory. */
  boolean isAtEnd() throws IOException {
    return in.available() == 0;
  }
}
