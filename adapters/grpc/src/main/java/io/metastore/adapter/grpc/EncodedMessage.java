package io.metastore.adapter.grpc;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response that is written directly in its wire format, without building a message object, in
 * pieces as fast as the client's connection accepts them.
 *
 * <p>{@link #sendTo} sends it as the method's response; the service must have been wrapped by
 * {@link #inService}. gRPC takes a message in one call of {@link Drainable#drainTo} and would keep
 * all of it in memory until the client has read it. Therefore {@code drainTo} only keeps the stream
 * that gRPC passes, which appends to gRPC's current message until the call ends, and {@link #write}
 * writes the pieces later. {@code PacedAnswerTest} fails if gRPC changes this behaviour. Without a
 * {@link PacedConnection}, as in an in-process server, the whole message is written at once.
 */
public abstract class EncodedMessage extends InputStream implements Drainable, KnownLength {
  /** The largest message that is written at once. */
  private static final int WHOLE_BYTES_MAX = 16 << 20;

  private final int bytes;
  private @Nullable PacedConnection connection;
  private @Nullable OutputStream out;

  /**
   * @param bytes the length of the message
   */
  protected EncodedMessage(int bytes) {
    this.bytes = bytes;
  }

  /** Writes the next piece; false if it was the last one. */
  protected abstract boolean writePiece(OutputStream target) throws IOException;

  /** Sends the message's length, and the whole message if it cannot be sent in pieces. */
  @SuppressWarnings("unchecked") // the marshaller of inService accepts both kinds
  public final <R> void sendTo(StreamObserver<R> call) {
    ((StreamObserver<Object>) (StreamObserver<?>) call).onNext(this);
  }

  /**
   * Sends a message that is already in its wire format.
   *
   * @param message must not change
   */
  public static <R> void send(byte[] message, StreamObserver<R> call) {
    new Whole(message).sendTo(call);
  }

  /**
   * Ends a streaming call at once and drops the messages that its client has not read. An ordinary
   * error would be queued behind them. Works for message objects, too.
   */
  static void abort(StreamObserver<?> call, Status why) {
    new Abort(why).sendTo(call);
  }

  /**
   * Sets the connection that accepts the message in pieces. Called before the message is sent, or
   * not at all.
   */
  public final void connect(@Nullable PacedConnection paced) {
    connection = paced;
  }

  /**
   * Writes the next piece of a message that was sent.
   *
   * @return false if nothing is left to write
   */
  public final boolean write() throws IOException {
    if (out == null || connection == null) {
      return false;
    }
    boolean more = writePiece(out);
    connection.flush();
    return more;
  }

  /** Closes the connection of a client that does not read the message. */
  public final void cut() {
    if (connection != null) {
      connection.close();
    }
  }

  /** The whole message as an array, if it is small enough. */
  public byte[] toBytes() {
    if (bytes > WHOLE_BYTES_MAX) {
      throw Status.RESOURCE_EXHAUSTED
          .withDescription("response of " + bytes + " bytes is too large for this kind of call")
          .asRuntimeException();
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream(bytes);
    try {
      while (writePiece(whole)) {
        // writes all pieces
      }
    } catch (IOException e) {
      throw new IllegalStateException("writing to an array cannot fail", e);
    }
    return whole.toByteArray();
  }

  /** The memory that gRPC needs to send it, and that nobody has reserved yet. */
  long sendingBytes() {
    return 0; // it is sent in pieces
  }

  // --- called by gRPC --------------------------------------------------------------------------

  @Override
  public final int drainTo(OutputStream target) {
    out = target;
    return bytes;
  }

  @Override
  public final int available() {
    return bytes;
  }

  @Override
  public final int read() {
    throw new UnsupportedOperationException("this message supports only drainTo");
  }

  @Override
  public final int read(byte[] target, int offset, int length) {
    return read();
  }

  /** The same service, whose methods can also respond with encoded messages. */
  public static ServerServiceDefinition inService(ServerServiceDefinition service) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    service.getMethods().forEach(method -> methods.add(inMethod(method)));
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder wrapped = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(wrapped::addMethod);
    return wrapped.build();
  }

  private static <Q, R> ServerMethodDefinition<Q, R> inMethod(ServerMethodDefinition<Q, R> method) {
    MethodDescriptor<Q, R> descriptor = method.getMethodDescriptor();
    ServerCallHandler<Q, R> handler = method.getServerCallHandler();
    return ServerMethodDefinition.create(
        descriptor.toBuilder(
                descriptor.getRequestMarshaller(), new Either<>(descriptor.getResponseMarshaller()))
            .build(),
        handler);
  }

  /** A message in one piece. */
  private static final class Whole extends EncodedMessage {
    private final byte[] message;

    Whole(byte[] message) {
      super(message.length);
      this.message = message;
    }

    @Override
    protected boolean writePiece(OutputStream target) throws IOException {
      target.write(message);
      return false;
    }

    @Override
    public byte[] toBytes() {
      return message;
    }

    @Override
    long sendingBytes() {
      return message.length;
    }
  }

  /** A message that cannot be marshalled: gRPC then resets the stream of the call. */
  private static final class Abort extends EncodedMessage {
    private final Status why;

    Abort(Status why) {
      super(0);
      this.why = why;
    }

    @Override
    protected boolean writePiece(OutputStream target) {
      throw why.asRuntimeException();
    }
  }

  /** Passes encoded messages through and leaves the others to the method's marshaller. */
  private record Either<R>(Marshaller<R> objects) implements Marshaller<R> {
    @Override
    public InputStream stream(R message) {
      Object answer = message;
      if (answer instanceof EncodedMessage encoded) {
        return encoded instanceof Whole || encoded.connection == null
            ? new ByteArrayInputStream(encoded.toBytes())
            : encoded;
      }
      return objects.stream(message);
    }

    @Override
    public R parse(InputStream stream) {
      return objects.parse(stream);
    }
  }
}
