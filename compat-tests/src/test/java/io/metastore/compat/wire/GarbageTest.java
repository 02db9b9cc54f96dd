package io.metastore.compat.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.stub.ClientCalls;
import io.metastore.compat.process.Await;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Bytes that are no request of etcd's. */
class GarbageTest extends WireSuite {
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  @Test
  void randomBytesEndTheirConnectionAndNoOther() throws Exception {
    Random random = new Random(20_261_123);
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[1 + random.nextInt(4096)];
      random.nextBytes(bytes);
      send(bytes);
    }
    assertServes();
  }

  @Test
  void framesOfNoKindEndTheirConnectionAndNoOther() throws Exception {
    Random random = new Random(20_261_124);
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[PREFACE.length + 1 + random.nextInt(4096)];
      random.nextBytes(bytes);
      System.arraycopy(PREFACE, 0, bytes, 0, PREFACE.length);
      send(bytes);
    }
    assertServes();
  }

  @Test
  // Texts of gRPC's own refusals are its implementation's: see KNOWN.md.
  void aMethodThatDoesNotExistIsUnimplemented() throws Exception {
    assertThat(refusal(() -> call("etcdserverpb.KV/Guess", new byte[0])))
        .startsWith("UNIMPLEMENTED: ");
    assertThat(refusal(() -> call("etcdserverpb.Guess/Put", new byte[0])))
        .startsWith("UNIMPLEMENTED: ");
    assertServes();
  }

  /** A key of nine bytes, of which two came. The code differs from etcd's: see KNOWN.md. */
  @Test
  void aTruncatedMessageIsRefused() throws Exception {
    assertThat(refusal(() -> call("etcdserverpb.KV/Put", new byte[] {0x0a, 9, 'a', 'b'})))
        .containsAnyOf("INTERNAL: ", "UNKNOWN: ");
    assertServes();
  }

  /** Writes, says that no more comes, and waits for the server's end of it. */
  private void send(byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.clientPort())) {
      socket.setSoTimeout(Math.toIntExact(Await.PATIENCE.toMillis()));
      try {
        socket.getOutputStream().write(bytes);
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      } catch (SocketTimeoutException e) {
        throw new AssertionError("the server keeps the connection", e);
      } catch (IOException reset) {
        // The server may have had enough before we did.
      }
    }
  }

  private byte[] call(String method, byte[] request) {
    MethodDescriptor<byte[], byte[]> descriptor =
        MethodDescriptor.newBuilder(RawBytes.INSTANCE, RawBytes.INSTANCE)
            .setType(MethodType.UNARY)
            .setFullMethodName(method)
            .build();
    return ClientCalls.blockingUnaryCall(
        channel,
        descriptor,
        CallOptions.DEFAULT.withDeadlineAfter(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS),
        request);
  }

  /** Messages as they are on the wire. */
  private enum RawBytes implements Marshaller<byte[]> {
    INSTANCE;

    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
