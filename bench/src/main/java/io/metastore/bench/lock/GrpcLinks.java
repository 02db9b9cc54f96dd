package io.metastore.bench.lock;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.metastore.bench.load.Connections;
import io.metastore.bench.load.Transport;
import io.metastore.bench.server.Endpoint;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * The clients' gRPC connections, whose messages are counted, and one more connection to each member
 * for queries.
 */
final class GrpcLinks implements AutoCloseable {
  private final Connections working;
  private final Connections asking;
  private final int members;
  private final LongAdder messages = new LongAdder();

  /** The clients' connections, distributed over the members. Each connects with its first call. */
  GrpcLinks(List<Endpoint> endpoints, int connections) {
    working = Connections.open(endpoints, connections, 1, Transport.GRPC);
    asking = Connections.open(endpoints, endpoints.size(), 1, Transport.GRPC);
    members = endpoints.size();
  }

  /** The connection of the client with this index. */
  Channel of(int ordinal) {
    return ClientInterceptors.intercept(working.of(ordinal), new Counting());
  }

  /** A connection whose messages are not counted. */
  Channel aside() {
    return asking.of(0);
  }

  Counts counts() {
    List<StatusResponse> all =
        IntStream.range(0, members)
            .mapToObj(
                member ->
                    MaintenanceGrpc.newBlockingStub(asking.of(member))
                        .status(StatusRequest.getDefaultInstance()))
            .toList();
    return new Counts(
        all.stream().mapToLong(status -> status.getHeader().getRevision()).max().orElseThrow(),
        all.stream().mapToLong(StatusResponse::getRaftAppliedIndex).max().orElseThrow(),
        messages.sum());
  }

  @Override
  public void close() {
    working.close();
    asking.close();
  }

  private final class Counting implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          super.start(
              new SimpleForwardingClientCallListener<>(listener) {
                @Override
                public void onMessage(R message) {
                  messages.increment();
                  super.onMessage(message);
                }
              },
              headers);
        }
      };
    }
  }
}
