package io.metastore.bench.server;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/** Detects when a starting member answers its first linearizable read. */
final class Probe {
  private static final int CONNECT_TIMEOUT_MS = 1000;

  private final Endpoint endpoint;
  private final Access access;

  Probe(Endpoint endpoint, Access access) {
    this.endpoint = endpoint;
    this.access = access;
  }

  /** Whether the member answers now. */
  boolean serves() {
    return listens() && reads();
  }

  /**
   * A cheap check that is done first: after a refused connection, a gRPC channel waits a second.
   */
  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(endpoint.address(), CONNECT_TIMEOUT_MS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean reads() {
    ManagedChannel channel = access.channel(endpoint).directExecutor().build();
    try {
      var reply =
          KVGrpc.newBlockingStub(channel)
              .withDeadlineAfter(2, TimeUnit.SECONDS)
              .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("x")).build());
      return reply.hasHeader();
    } catch (StatusRuntimeException e) {
      return false;
    } finally {
      channel.shutdownNow();
    }
  }
}
