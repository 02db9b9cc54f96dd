package io.metastore.adapter.etcd.port;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BytesValue;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.EncodedMessage;
import io.metastore.adapter.grpc.SerialTask;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Responses sent in pieces over a real connection. Checks that gRPC lets a message continue after
 * {@code drainTo} has returned, and flushes what it has when asked.
 */
class PacedAnswerTest {
  private static final int TIMEOUT_S = 60;
  private static final int PIECE_BYTES = 64 << 10;
  private static final int PIECES = 400;

  /** How much of an unread call a connection accepts: its window, and gRPC's buffers. */
  private static final int UNREAD_PIECES_MAX = 64;

  private final LargeService service = new LargeService();

  @Test
  void clientThatDoesNotReadStopsTheWriter() throws Exception {
    try (PortFixture fixture = PortFixture.open(service)) {
      Client client = new Client(fixture.channel());
      service.waits.get(TIMEOUT_S, TimeUnit.SECONDS);
      assertThat(service.written.get()).isBetween(1, UNREAD_PIECES_MAX);

      client.call.request(2);

      BytesValue answer = client.answers.poll(TIMEOUT_S, TimeUnit.SECONDS);
      assertThat(answer).isNotNull();
      assertThat(answer.getValue().size()).isEqualTo(PIECES * PIECE_BYTES);
      for (int i = 0; i < PIECES; i++) {
        assertThat(answer.getValue().byteAt(i * PIECE_BYTES)).isEqualTo((byte) i);
      }
      assertThat(client.ended.get(TIMEOUT_S, TimeUnit.SECONDS)).isEqualTo(Status.OK.getCode());
    }
  }

  @Test
  void connectionSurvivesACallCancelledDuringItsResponse() throws Exception {
    try (PortFixture fixture = PortFixture.open(service)) {
      ManagedChannel channel = fixture.channel();
      Client client = new Client(channel);
      service.waits.get(TIMEOUT_S, TimeUnit.SECONDS);
      client.call.cancel("test", null);
      service.over.get(TIMEOUT_S, TimeUnit.SECONDS);

      Client second = new Client(channel);
      second.call.request(2);
      assertThat(second.ended.get(TIMEOUT_S, TimeUnit.SECONDS)).isEqualTo(Status.OK.getCode());
    }
  }

  @Test
  void stalledClientIsDisconnected() throws Exception {
    try (PortFixture fixture = PortFixture.open(service)) {
      Client client = new Client(fixture.channel());
      service.waits.get(TIMEOUT_S, TimeUnit.SECONDS).cut();
      service.over.get(TIMEOUT_S, TimeUnit.SECONDS);
      client.call.request(2); // gRPC reports the end only after the received messages
      assertThat(client.ended.get(TIMEOUT_S, TimeUnit.SECONDS))
          .isEqualTo(Status.UNAVAILABLE.getCode());
    }
  }

  /** Makes a call and reads only when told to. */
  private static final class Client extends ClientCall.Listener<BytesValue> {
    final BlockingQueue<BytesValue> answers = new LinkedBlockingQueue<>();
    final CompletableFuture<Status.Code> ended = new CompletableFuture<>();
    final ClientCall<BytesValue, BytesValue> call;

    Client(ManagedChannel channel) {
      call =
          channel.newCall(
              LargeService.METHOD,
              CallOptions.DEFAULT.withMaxInboundMessageSize(Integer.MAX_VALUE));
      call.start(this, new Metadata());
      call.sendMessage(BytesValue.getDefaultInstance());
      call.halfClose();
    }

    @Override
    public void onMessage(BytesValue message) {
      answers.add(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended.complete(status.getCode());
    }
  }

  /** Responds with {@link #PIECES} pieces, as fast as they are accepted. */
  private static final class LargeService implements BindableService {
    static final MethodDescriptor<BytesValue, BytesValue> METHOD =
        MethodDescriptor.<BytesValue, BytesValue>newBuilder()
            .setFullMethodName(MethodDescriptor.generateFullMethodName("test.Large", "Get"))
            .setType(MethodType.UNARY)
            .setRequestMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
            .build();

    final AtomicInteger written = new AtomicInteger();

    /** The message of the first call that has to wait for its reader. */
    final CompletableFuture<EncodedMessage> waits = new CompletableFuture<>();

    /** Completes when a call is cancelled. */
    final CompletableFuture<Void> over = new CompletableFuture<>();

    @Override
    public ServerServiceDefinition bindService() {
      return EncodedMessage.inService(
          ServerServiceDefinition.builder("test.Large")
              .addMethod(METHOD, ServerCalls.asyncUnaryCall((request, call) -> answer(call)))
              .build());
    }

    private void answer(StreamObserver<BytesValue> observer) {
      ServerCallStreamObserver<BytesValue> call = (ServerCallStreamObserver<BytesValue>) observer;
      Pieces message = new Pieces();
      SerialTask writing = new SerialTask(() -> write(call, message));
      call.setOnCancelHandler(() -> over.complete(null));
      call.setOnReadyHandler(() -> writing.wakeOn(ForkJoinPool.commonPool()));
      message.sendTo(call);
      writing.wakeOn(ForkJoinPool.commonPool());
    }

    private void write(ServerCallStreamObserver<BytesValue> call, Pieces message) {
      try {
        while (!message.done && call.isReady()) {
          if (!message.write()) {
            message.done = true;
            call.onCompleted();
          }
          written.incrementAndGet();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (!message.done) {
        waits.complete(message);
      }
    }
  }

  private static final class Pieces extends EncodedMessage {
    private int next;
    boolean done;

    Pieces() {
      super(headBytes() + PIECES * PIECE_BYTES);
    }

    private static int headBytes() {
      return CodedOutputStream.computeTagSize(BytesValue.VALUE_FIELD_NUMBER)
          + CodedOutputStream.computeUInt32SizeNoTag(PIECES * PIECE_BYTES);
    }

    @Override
    protected boolean writePiece(OutputStream target) throws IOException {
      if (next == 0) {
        CodedOutputStream head = CodedOutputStream.newInstance(target);
        head.writeTag(BytesValue.VALUE_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        head.writeUInt32NoTag(PIECES * PIECE_BYTES);
        head.flush();
      }
      byte[] piece = new byte[PIECE_BYTES];
      piece[0] = (byte) next++;
      target.write(piece);
      return next < PIECES;
    }
  }
}
