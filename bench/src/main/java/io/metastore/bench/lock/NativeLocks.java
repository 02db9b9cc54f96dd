package io.metastore.bench.lock;

import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.AcquireResponse;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.NewClientRequest;
import io.metastore.api.v1.QueryRequest;
import io.metastore.api.v1.ReleaseRequest;
import io.metastore.api.v1.ReleaseResponse;
import io.metastore.bench.server.Endpoint;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Metastore's native lock service, through gRPC stubs. */
final class NativeLocks implements LockClients {
  private static final long TTL_MS = TimeUnit.HOURS.toMillis(1);

  private final GrpcLinks links;

  NativeLocks(List<Endpoint> endpoints, int connections) {
    links = new GrpcLinks(endpoints, connections);
  }

  @Override
  public Contender contender(int ordinal, String lock) {
    long client =
        ClientsGrpc.newBlockingStub(links.of(ordinal))
            .newClient(NewClientRequest.newBuilder().setTtlMs(TTL_MS).setLabel("bench").build())
            .getClientId();
    return new NativeContender(LocksGrpc.newStub(links.of(ordinal)), name(lock), client);
  }

  @Override
  public int queued(String lock) {
    return LocksGrpc.newBlockingStub(links.aside())
        .query(QueryRequest.newBuilder().setLock(name(lock)).build())
        .getPlacesCount();
  }

  @Override
  public Counts counts() {
    return links.counts();
  }

  @Override
  public void close() {
    links.close();
  }

  static String name(String lock) {
    return "/bench/" + lock;
  }

  private static final class NativeContender implements Contender {
    private final LocksGrpc.LocksStub stub;
    private final AcquireRequest request;
    private volatile long token;

    NativeContender(LocksGrpc.LocksStub stub, String lock, long client) {
      this.stub = stub;
      this.request = AcquireRequest.newBuilder().setLock(lock).setClientId(client).build();
    }

    @Override
    public CompletableFuture<Void> acquire() {
      Reply<AcquireResponse> reply = new Reply<>();
      stub.acquire(request, reply);
      return reply.thenAccept(held -> token = held.getToken());
    }

    @Override
    public CompletableFuture<Void> release() {
      Reply<ReleaseResponse> reply = new Reply<>();
      stub.release(
          ReleaseRequest.newBuilder().setLock(request.getLock()).setToken(token).build(), reply);
      return reply.thenAccept(released -> {});
    }
  }
}
