package io.metastore.bench.load;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Serialized request bytes in the form in which gRPC copies them straight into its frame.
 *
 * <p>Owned by one logical client. gRPC reads it from the start while the message is sent, which
 * ends before the call does.
 */
final class Payload extends ByteArrayInputStream implements KnownLength, Drainable {

  Payload(byte[] bytes) {
    super(bytes);
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    return (int) transferTo(target);
  }
}
