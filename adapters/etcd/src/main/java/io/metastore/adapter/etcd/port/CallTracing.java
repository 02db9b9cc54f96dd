package io.metastore.adapter.etcd.port;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends a span of each sampled call, and of the requests inside it ({@link RequestSpans}), to an
 * OpenTelemetry collector, with the names and attributes that etcd's spans have. The trace of the
 * client is continued if the call has a header {@code traceparent}. Spans wait in a queue of
 * bounded size and are dropped if the collector is too slow or not there. Thread-safe.
 *
 * <p>Only this class and {@link RequestSpans} use OpenTelemetry's library, which is not loaded
 * unless tracing is on.
 */
public final class CallTracing implements ServerInterceptor, AutoCloseable {
  private static final double MILLION = 1e6;
  private static final long CLOSE_MS = 2000;

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system.name");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<String> CODE =
      AttributeKey.stringKey("rpc.response.status_code");
  private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");

  private final SdkTracerProvider provider;
  private final Tracer tracer;

  /** Starts the thread that sends the spans. */
  public CallTracing(TracingSettings settings) {
    AttributesBuilder resource =
        Attributes.builder().put(AttributeKey.stringKey("service.name"), settings.serviceName());
    if (!settings.instanceId().isEmpty()) {
      resource.put(AttributeKey.stringKey("service.instance.id"), settings.instanceId());
    }
    provider =
        SdkTracerProvider.builder()
            .setResource(Resource.create(resource.build()))
            .setSampler(Sampler.parentBased(sampler(settings.samplesPerMillion())))
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        OtlpGrpcSpanExporter.builder()
                            .setEndpoint("http://" + settings.address())
                            .build())
                    .build())
            .build();
    tracer = provider.get("io.metastore");
  }

  private static Sampler sampler(int samplesPerMillion) {
    return samplesPerMillion == 0
        ? Sampler.alwaysOff()
        : Sampler.traceIdRatioBased(samplesPerMillion / MILLION);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    Span span =
        tracer
            .spanBuilder(method)
            .setParent(
                W3CTraceContextPropagator.getInstance()
                    .extract(Context.root(), headers, HeaderGetter.INSTANCE))
            .setSpanKind(SpanKind.SERVER)
            .setAttribute(METHOD, method)
            .setAttribute(SYSTEM, "grpc")
            .startSpan();
    if (!span.isRecording()) {
      return next.startCall(call, headers);
    }
    if (call.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR)
        instanceof InetSocketAddress local) {
      span.setAttribute(ADDRESS, local.getHostString()).setAttribute(PORT, local.getPort());
    }
    RequestSpans requests = new RequestSpans(tracer, span, call.getMethodDescriptor().getType());
    return new SimpleForwardingServerCallListener<>(
        next.startCall(new TracedCall<>(call, span, requests), headers)) {
      @Override
      public void onMessage(Q request) {
        requests.request(request);
        super.onMessage(request);
      }

      @Override
      public void onCancel() {
        end(span, requests, Status.CANCELLED);
        super.onCancel();
      }
    };
  }

  /** Ends the spans of a call; does nothing if they have ended. */
  private static void end(Span span, RequestSpans requests, Status status) {
    requests.end();
    if (isServersFault(status.getCode())) {
      String description = status.getDescription();
      span.setStatus(StatusCode.ERROR, description == null ? "" : description);
    }
    span.setAttribute(CODE, status.getCode().name()).end();
  }

  /** Source: OpenTelemetry's semantic conventions of gRPC servers. */
  private static boolean isServersFault(Status.Code code) {
    return switch (code) {
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
      default -> false;
    };
  }

  /** Sends the spans that are waiting, for at most two seconds. */
  @Override
  public void close() {
    provider.shutdown().join(CLOSE_MS, TimeUnit.MILLISECONDS);
  }

  private static final class TracedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final Span span;
    private final RequestSpans requests;

    TracedCall(ServerCall<Q, R> call, Span span, RequestSpans requests) {
      super(call);
      this.span = span;
      this.requests = requests;
    }

    @Override
    public void sendMessage(R response) {
      requests.response(response);
      super.sendMessage(response);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      super.close(status, trailers);
      end(span, requests, status);
    }
  }

  private enum HeaderGetter implements TextMapGetter<Metadata> {
    INSTANCE;

    @Override
    public Iterable<String> keys(Metadata headers) {
      return headers.keys();
    }

    @Override
    public @Nullable String get(@Nullable Metadata headers, String name) {
      return headers == null
          ? null
          : headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
  }
}
