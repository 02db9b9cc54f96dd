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
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Malformed input that is not a request of etcd's API. */
class GarbageTest extends WireSuite {
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  @Test
  void randomBytesEndOnlyTheirConnection() throws Exception {
    Random random = new Random(20_261_123);
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[1 + random.nextInt(4096)];
      random.nextBytes(bytes);
      send(bytes);
    }
    assertServes();
  }

  @Test
  void unknownFramesEndOnlyTheirConnection() throws Exception {
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
  void aMethodThatDoesNotExistIsUnimplemented() throws Exception {
    assertThat(refusal(() -> call("etcdserverpb.KV/Guess", new byte[0])))
        .isEqualTo("UNIMPLEMENTED: unknown method Guess for service etcdserverpb.KV");
    assertThat(refusal(() -> call("etcdserverpb.Guess/Put", new byte[0])))
        .isEqualTo("UNIMPLEMENTED: unknown service etcdserverpb.Guess");
    assertThat(refusal(() -> call("etcdserverpb.KV/Put/x", new byte[0])))
        .isEqualTo("UNIMPLEMENTED: unknown service etcdserverpb.KV/Put");
    assertThat(refusal(() -> call("Put", new byte[0])))
        .isEqualTo("UNIMPLEMENTED: malformed method name: \"/Put\"");
    assertServes();
  }

  /**
   * A key of nine bytes of which only two are sent; a tag without a valid field; the end of a group
   * that was not started.
   */
  @Test
  void malformedMessageIsRefused() throws Exception {
    String unreadable = "proto: cannot parse invalid wire-format data";
    for (byte[] message :
        List.of(new byte[] {0x0a, 9, 'a', 'b'}, new byte[] {2, 1, 1}, new byte[] {0x0c})) {
      assertThat(plain(refusal(() -> call("etcdserverpb.KV/Put", message))))
          .isEqualTo("INTERNAL: grpc: error unmarshalling request: " + unreadable);
      assertThat(plain(refusal(() -> call("etcdserverpb.Watch/Watch", message))))
          .isEqualTo("INTERNAL: grpc: failed to unmarshal the received message: " + unreadable);
    }
    assertServes();
  }

  /**
   * Go's protobuf uses one of two kinds of spaces in its errors, depending on the build, so that
   * nobody compares them.
   */
  private static String plain(String text) {
    return text.replace('\u00a0', ' ');
  }

  @Test
  void unknownFieldIsIgnored() throws Exception {
    assertThat(refusal(() -> call("etcdserverpb.KV/Put", new byte[] {8, 1})))
        .isEqualTo("INVALID_ARGUMENT: etcdserver: key is not provided");
  }

  /** Writes, closes the output, and waits until the server closes the connection. */
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
        // The server may have closed the connection first.
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

  /** Messages in their wire format. */
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
