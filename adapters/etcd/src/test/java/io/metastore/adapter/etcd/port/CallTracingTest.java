package io.metastore.adapter.etcd.port;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls of a traced service, and what arrives at an OTLP receiver. */
class CallTracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";

  /** The message {@code ExportTraceServiceRequest}, without its schema. */
  private static final MethodDescriptor<Empty, Empty> EXPORT =
      MethodDescriptor.<Empty, Empty>newBuilder()
          .setFullMethodName("opentelemetry.proto.collector.trace.v1.TraceService/Export")
          .setType(MethodType.UNARY)
          .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
          .build();

  private final BlockingQueue<UnknownFieldSet> exported = new LinkedBlockingQueue<>();
  private Server collector;

  @BeforeEach
  void startCollector() throws Exception {
    collector =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder(
                        "opentelemetry.proto.collector.trace.v1.TraceService")
                    .addMethod(
                        EXPORT,
                        ServerCalls.asyncUnaryCall(
                            (request, answer) -> {
                              exported.add(request.getUnknownFields());
                              answer.onNext(Empty.getDefaultInstance());
                              answer.onCompleted();
                            }))
                    .build())
            .build()
            .start();
  }

  @AfterEach
  void stopCollector() {
    collector.shutdownNow();
  }

  @Test
  void aCallContinuesTheTraceOfItsClient() throws Exception {
    try (CallTracing tracing = tracing("m1", 0);
        PortFixture fixture = traced(EchoService.open(), tracing)) {
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
          "00-" + TRACE + "-" + PARENT + "-01");
      ClientCalls.blockingUnaryCall(
          ClientInterceptors.intercept(
              fixture.channel(), MetadataUtils.newAttachHeadersInterceptor(headers)),
          EchoService.UNARY,
          CallOptions.DEFAULT,
          EchoService.message(1));
      // Neither the client nor the sampling rate asks for a span of this call.
      PortFixture.echo(fixture.channel(), EchoService.message(1));
    }
    UnknownFieldSet request = exported.poll(30, TimeUnit.SECONDS);
    assertThat(exported).isEmpty();
    UnknownFieldSet resourceSpans = only(request, 1);
    assertThat(attributes(only(resourceSpans, 1), 1))
        .containsExactlyInAnyOrder("service.name=etcd", "service.instance.id=m1");
    UnknownFieldSet span = only(only(resourceSpans, 2), 2);
    assertThat(hex(span, 1)).isEqualTo(TRACE);
    assertThat(hex(span, 4)).isEqualTo(PARENT);
    assertThat(bytes(span, 5).toStringUtf8()).isEqualTo("test.Echo/Unary");
    assertThat(span.getField(6).getVarintList()).containsExactly(2L); // a server's span
    assertThat(attributes(span, 9))
        .contains(
            "rpc.method=test.Echo/Unary", "rpc.system.name=grpc", "rpc.response.status_code=OK");
  }

  @Test
  void aCancelledCallHasASpan() throws Exception {
    CompletableFuture<Void> arrived = new CompletableFuture<>();
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    EchoService silent = new EchoService(new CompletableFuture<>());
    try (CallTracing tracing = tracing("", 1_000_000);
        PortFixture fixture =
            traced(
                () -> ServerInterceptors.intercept(silent, notifying(arrived, cancelled)),
                tracing)) {
      var answer =
          ClientCalls.futureUnaryCall(
              fixture.channel().newCall(EchoService.UNARY, CallOptions.DEFAULT),
              EchoService.message(1));
      arrived.get(30, TimeUnit.SECONDS);
      answer.cancel(true);
      cancelled.get(30, TimeUnit.SECONDS);
    }
    UnknownFieldSet resourceSpans = only(exported.poll(30, TimeUnit.SECONDS), 1);
    assertThat(attributes(only(resourceSpans, 1), 1)).containsExactly("service.name=etcd");
    assertThat(attributes(only(only(resourceSpans, 2), 2), 9))
        .contains("rpc.response.status_code=CANCELLED");
  }

  @Test
  void callsAreServedWithoutACollector() throws Exception {
    try (CallTracing tracing = tracing("m1", 1_000_000);
        PortFixture fixture = traced(EchoService.open(), tracing)) {
      collector.shutdownNow().awaitTermination();
      ManagedChannel channel = fixture.channel();
      for (int i = 0; i < 100; i++) {
        PortFixture.echo(channel, EchoService.message(1));
      }
    }
  }

  private CallTracing tracing(String instance, int samplesPerMillion) {
    return new CallTracing(
        new TracingSettings(
            "127.0.0.1:" + collector.getPort(), "etcd", instance, samplesPerMillion));
  }

  private static PortFixture traced(BindableService service, CallTracing tracing) {
    return PortFixture.open(() -> ServerInterceptors.intercept(service.bindService(), tracing));
  }

  /** Completes the futures when a call has begun, and when it is cancelled and its span ended. */
  private static ServerInterceptor notifying(
      CompletableFuture<Void> arrived, CompletableFuture<Void> cancelled) {
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        arrived.complete(null);
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
          @Override
          public void onCancel() {
            cancelled.complete(null);
          }
        };
      }
    };
  }

  private static UnknownFieldSet only(UnknownFieldSet message, int field) throws Exception {
    return UnknownFieldSet.parseFrom(bytes(message, field));
  }

  private static ByteString bytes(UnknownFieldSet message, int field) {
    List<ByteString> values = message.getField(field).getLengthDelimitedList();
    assertThat(values).hasSize(1);
    return values.get(0);
  }

  private static String hex(UnknownFieldSet message, int field) {
    return HexFormat.of().formatHex(bytes(message, field).toByteArray());
  }

  /** The attributes with text as values. */
  private static List<String> attributes(UnknownFieldSet message, int field) throws Exception {
    List<String> texts = new ArrayList<>();
    for (ByteString attribute : message.getField(field).getLengthDelimitedList()) {
      UnknownFieldSet pair = UnknownFieldSet.parseFrom(attribute);
      UnknownFieldSet value = only(pair, 2);
      if (value.hasField(1)) {
        texts.add(bytes(pair, 1).toStringUtf8() + "=" + bytes(value, 1).toStringUtf8());
      }
    }
    return texts;
  }
}
