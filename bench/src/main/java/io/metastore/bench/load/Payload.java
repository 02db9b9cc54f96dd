package io.metastore.bench.load;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Serialized request bytes in the form in which gRPC copies them straight into its frame.
 *
 * <p>Owned by one logical client, which leaves it alone while a call that sends it is under way.
 */
final class Payload extends ByteArrayInputStream implements KnownLength, Drainable {

  Payload(byte[] bytes) {
    super(bytes);
  }

  /** How many bytes the whole payload has. */
  int length() {
    return count;
  }

  /** Appends {@code length} bytes from {@code from} on to {@code target}. */
  void copyTo(ByteBuf target, int from, int length) {
    target.writeBytes(buf, from, length);
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    return (int) transferTo(target);
  }
}
