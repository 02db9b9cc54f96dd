package io.metastore.adapter.etcd.port;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.metastore.core.api.Histogram;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls, messages and bytes per method.
 *
 * <p>It is a tracer instead of an interceptor: one shared object per method and a few increments
 * per call, with nothing wrapped around the call. Only if durations are measured has each call its
 * own tracer. Services are registered before the port starts; from then on thread-safe.
 */
public final class GrpcCounters extends ServerStreamTracer.Factory {
  private static final Metadata.Key<String> CLIENT_VERSION =
      Metadata.Key.of("client-api-version", Metadata.ASCII_STRING_MARSHALLER);

  private static final String UNKNOWN = "unknown";

  /** Clients can send any version. Beyond this number, further versions count as unknown. */
  private static final int CLIENT_VERSIONS_MAX = 64;

  private static final int VERSION_LENGTH_MAX = 32;

  /** For methods that do not exist, which etcd does not count either. */
  private static final ServerStreamTracer NOT_COUNTED = new ServerStreamTracer() {};

  private final Map<String, Method> methods = new TreeMap<>();
  private final Map<Client, LongAdder> clients = new ConcurrentHashMap<>();
  private final boolean timed;

  /**
   * A kind of client.
   *
   * @param type {@code unary} or {@code stream}
   */
  record Client(String version, String type) {}

  /** Counters without durations. */
  public GrpcCounters() {
    this(false);
  }

  /**
   * @param timed whether durations are measured
   */
  public GrpcCounters(boolean timed) {
    this.timed = timed;
  }

  void register(ServerServiceDefinition service) {
    service
        .getServiceDescriptor()
        .getMethods()
        .forEach(method -> methods.put(method.getFullMethodName(), new Method(method, timed)));
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    Method method = methods.get(fullMethodName);
    if (method == null) {
      return NOT_COUNTED;
    }
    method.started.increment();
    String version = headers.get(CLIENT_VERSION);
    (version == null ? method.anonymous : client(version, method.type)).increment();
    return method.durations == null ? method : new Timed(method, method.durations);
  }

  private LongAdder client(String version, MethodType type) {
    boolean known = !version.isEmpty() && version.length() <= VERSION_LENGTH_MAX;
    String kind = kind(type);
    Client client = new Client(known ? version : UNKNOWN, kind);
    LongAdder count = clients.get(client);
    if (count != null) {
      return count;
    }
    Client counted = clients.size() < CLIENT_VERSIONS_MAX ? client : new Client(UNKNOWN, kind);
    return clients.computeIfAbsent(counted, key -> new LongAdder());
  }

  /** The counted methods, sorted by name. */
  Collection<Method> methods() {
    return Collections.unmodifiableCollection(methods.values());
  }

  private static String kind(MethodType type) {
    return type == MethodType.UNARY ? "unary" : "stream";
  }

  /** The number of calls by client version. */
  Map<Client, Long> clients() {
    Map<Client, Long> counts = new HashMap<>();
    clients.forEach((client, count) -> counts.put(client, count.sum()));
    for (Method method : methods.values()) {
      long anonymous = method.anonymous.sum();
      if (anonymous > 0) {
        counts.merge(new Client(UNKNOWN, kind(method.type)), anonymous, Long::sum);
      }
    }
    return counts;
  }

  /** The number of running unary calls. */
  long openUnaryCalls() {
    return methods.values().stream()
        .filter(method -> method.type == MethodType.UNARY)
        .mapToLong(Method::open)
        .sum();
  }

  /** The counters of one method, shared by all its calls. */
  static final class Method extends ServerStreamTracer {
    final String service;
    final String name;
    final MethodType type;
    final @Nullable Histogram durations;

    /** Calls of clients that did not send their version. */
    final LongAdder anonymous = new LongAdder();

    final LongAdder messagesReceived = new LongAdder();
    final LongAdder messagesSent = new LongAdder();
    final LongAdder bytesReceived = new LongAdder();
    final LongAdder bytesSent = new LongAdder();
    private final LongAdder started = new LongAdder();
    private final LongAdder[] handled =
        Stream.generate(LongAdder::new)
            .limit(Status.Code.values().length)
            .toArray(LongAdder[]::new);

    private Method(MethodDescriptor<?, ?> descriptor, boolean timed) {
      this.service = Objects.requireNonNull(descriptor.getServiceName(), "service name");
      this.name = Objects.requireNonNull(descriptor.getBareMethodName(), "method name");
      this.type = descriptor.getType();
      this.durations =
          timed ? Histogram.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10) : null;
    }

    @Override
    public void inboundMessage(int number) {
      messagesReceived.increment();
    }

    @Override
    public void outboundMessage(int number) {
      messagesSent.increment();
    }

    @Override
    public void inboundWireSize(long bytes) {
      bytesReceived.add(bytes);
    }

    @Override
    public void outboundWireSize(long bytes) {
      bytesSent.add(bytes);
    }

    @Override
    public void streamClosed(Status status) {
      handled[status.getCode().value()].increment();
    }

    long started() {
      return started.sum();
    }

    long handled(Status.Code code) {
      return handled[code.value()].sum();
    }

    private long open() {
      long ended = Stream.of(handled).mapToLong(LongAdder::sum).sum();
      return started() - ended;
    }
  }

  /** The tracer of a call whose duration is measured. */
  private static final class Timed extends ServerStreamTracer {
    private final Method method;
    private final Histogram durations;
    private final long startNanos = System.nanoTime();

    Timed(Method method, Histogram durations) {
      this.method = method;
      this.durations = durations;
    }

    @Override
    public void inboundMessage(int number) {
      method.inboundMessage(number);
    }

    @Override
    public void outboundMessage(int number) {
      method.outboundMessage(number);
    }

    @Override
    public void inboundWireSize(long bytes) {
      method.inboundWireSize(bytes);
    }

    @Override
    public void outboundWireSize(long bytes) {
      method.outboundWireSize(bytes);
    }

    @Override
    public void streamClosed(Status status) {
      durations.recordSince(startNanos);
      method.streamClosed(status);
    }
  }
}
