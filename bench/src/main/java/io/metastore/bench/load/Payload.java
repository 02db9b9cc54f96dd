package io.metastore.bench.load;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A serialized request in a form that gRPC copies directly into its frame.
 *
 * <p>Owned by one logical client, which does not change it while a call sends it.
 */
final class Payload extends ByteArrayInputStream implements KnownLength, Drainable {

  Payload(byte[] bytes) {
    super(bytes);
  }

  /** The size of the whole payload in bytes. */
  int length() {
    return count;
  }

  /** Appends {@code length} bytes, starting at {@code from}, to {@code target}. */
  void copyTo(ByteBuf target, int from, int length) {
    target.writeBytes(buf, from, length);
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    return (int) transferTo(target);
  }
}
