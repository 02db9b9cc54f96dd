package io.metastore.adapter.etcd.port;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Two methods that echo their input, for tests of the port. */
final class EchoService implements BindableService {
  static final MethodDescriptor<BytesValue, BytesValue> UNARY = method("Unary", MethodType.UNARY);
  static final MethodDescriptor<BytesValue, BytesValue> BIDI =
      method("Bidi", MethodType.BIDI_STREAMING);

  /** The unary method responds only when this is complete. */
  final CompletableFuture<Void> gate;

  EchoService(CompletableFuture<Void> gate) {
    this.gate = gate;
  }

  static EchoService open() {
    return new EchoService(CompletableFuture.completedFuture(null));
  }

  static BytesValue message(int bytes) {
    return BytesValue.of(ByteString.copyFrom(new byte[bytes]));
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder("test.Echo")
        .addMethod(
            UNARY,
            ServerCalls.asyncUnaryCall(
                (request, observer) ->
                    gate.thenRun(
                        () -> {
                          observer.onNext(request);
                          observer.onCompleted();
                        })))
        .addMethod(BIDI, ServerCalls.asyncBidiStreamingCall(EchoService::echo))
        .build();
  }

  private static StreamObserver<BytesValue> echo(StreamObserver<BytesValue> answers) {
    return new StreamObserver<>() {
      @Override
      public void onNext(BytesValue message) {
        answers.onNext(message);
      }

      @Override
      public void onError(Throwable failure) {
        // The client has disconnected.
      }

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    };
  }

  private static MethodDescriptor<BytesValue, BytesValue> method(String name, MethodType type) {
    return MethodDescriptor.<BytesValue, BytesValue>newBuilder()
        .setFullMethodName(MethodDescriptor.generateFullMethodName("test.Echo", name))
        .setType(type)
        .setRequestMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
        .setResponseMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
        .build();
  }
}
