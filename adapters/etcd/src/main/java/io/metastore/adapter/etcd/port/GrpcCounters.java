package io.metastore.adapter.etcd.port;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Counts calls per method as they start and end.
 *
 * <p>A tracer and not an interceptor: one shared object per method and two increments per call,
 * with nothing wrapped around the call. Services are registered before the port starts; from then
 * on thread-safe.
 */
public final class GrpcCounters extends ServerStreamTracer.Factory {
  /** For methods that do not exist; etcd does not count those either. */
  private static final ServerStreamTracer NOT_COUNTED = new ServerStreamTracer() {};

  private final Map<String, Method> methods = new TreeMap<>();

  void register(ServerServiceDefinition service) {
    service
        .getServiceDescriptor()
        .getMethods()
        .forEach(method -> methods.put(method.getFullMethodName(), new Method(method)));
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    Method method = methods.get(fullMethodName);
    if (method == null) {
      return NOT_COUNTED;
    }
    method.started.increment();
    return method;
  }

  /** In the order of their names. */
  Collection<Method> methods() {
    return Collections.unmodifiableCollection(methods.values());
  }

  /** Calls with one answer that have begun and not ended. */
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
    private final LongAdder started = new LongAdder();
    private final LongAdder[] handled =
        Stream.generate(LongAdder::new)
            .limit(Status.Code.values().length)
            .toArray(LongAdder[]::new);

    private Method(MethodDescriptor<?, ?> descriptor) {
      this.service = Objects.requireNonNull(descriptor.getServiceName(), "service name");
      this.name = Objects.requireNonNull(descriptor.getBareMethodName(), "method name");
      this.type = descriptor.getType();
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
}
