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
 * An answer that is written in its wire format, without ever being an object, in pieces as fast as
 * the client's connection takes them.
 *
 * <p>{@link #sendTo} sends it in place of the method's answer; the service must have gone through
 * {@link #inService}. gRPC takes a message in one call of {@link Drainable#drainTo} and would keep
 * all of it in memory until the client has read it. So {@code drainTo} only keeps the stream that
 * it is given, which writes to gRPC's current message until the call ends, and {@link #write}
 * writes the pieces later; {@code PacedAnswerTest} fails if gRPC changes that. Where there is no
 * {@link PacedConnection}, as in a server within the process, the whole message is written at once.
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

  /** Writes the next piece; false if it was the last. */
  protected abstract boolean writePiece(OutputStream target) throws IOException;

  /** Sends the message's length, and all of it unless it can be paced. */
  @SuppressWarnings("unchecked") // the marshaller of inService takes both kinds
  public final <R> void sendTo(StreamObserver<R> call) {
    ((StreamObserver<Object>) (StreamObserver<?>) call).onNext(this);
  }

  /**
   * Ends a streaming call at once and drops what its client has not taken yet; an error would have
   * to wait behind that. Also for messages that are objects.
   */
  static void abort(StreamObserver<?> call, Status why) {
    new Abort(why).sendTo(call);
  }

  /** The connection that takes the message in pieces; called before it is sent, if at all. */
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

  /** Cuts the connection of a client that takes nothing of the message. */
  public final void cut() {
    if (connection != null) {
      connection.close();
    }
  }

  /** The whole message, if it is small enough for that. */
  public final byte[] toBytes() {
    if (bytes > WHOLE_BYTES_MAX) {
      throw Status.RESOURCE_EXHAUSTED
          .withDescription("answer of " + bytes + " bytes is too large for this kind of call")
          .asRuntimeException();
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream(bytes);
    try {
      while (writePiece(whole)) {
        // all pieces
      }
    } catch (IOException e) {
      throw new IllegalStateException("an array does not fail", e);
    }
    return whole.toByteArray();
  }

  // --- as gRPC sees it -------------------------------------------------------------------------

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
    throw new UnsupportedOperationException("only drainTo is for this message");
  }

  @Override
  public final int read(byte[] target, int offset, int length) {
    return read();
  }

  /** The same service, whose methods may answer with encoded messages too. */
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

  /** gRPC resets the stream of a call whose message cannot be marshalled. */
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

  /** Marshals encoded messages as they are and leaves the others to the method's marshaller. */
  private record Either<R>(Marshaller<R> objects) implements Marshaller<R> {
    @Override
    public InputStream stream(R message) {
      Object answer = message;
      if (answer instanceof EncodedMessage encoded) {
        return encoded.connection == null ? new ByteArrayInputStream(encoded.toBytes()) : encoded;
      }
      return objects.stream(message);
    }

    @Override
    public R parse(InputStream stream) {
      return objects.parse(stream);
    }
  }
}
