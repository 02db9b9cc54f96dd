package io.metastore.server.zookeeper.data;

import com.google.protobuf.ByteString;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.AclEntry;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes the fields of jute records; the opposite of {@link JuteInput}. */
final class JuteOutput {
  private final DataOutputStream out;

  JuteOutput(OutputStream out) {
    this.out = new DataOutputStream(out);
  }

  void int32(int value) throws IOException {
    out.writeInt(value);
  }

  void int64(long value) throws IOException {
    out.writeLong(value);
  }

  /**
   * Writes a byte array.
   *
   * @param data null for none, which is not the same as an empty one
   */
  void data(@Nullable ByteString data) throws IOException {
    if (data == null) {
      out.writeInt(-1);
    } else {
      out.writeInt(data.size());
      data.writeTo(out);
    }
  }

  void text(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  void acl(ZnodeAcl acl) throws IOException {
    out.writeInt(acl.entries().size());
    for (AclEntry entry : acl.entries()) {
      out.writeInt(entry.getPermissions());
      text(entry.getIdentity().getScheme());
      text(entry.getIdentity().getId());
    }
  }
}
