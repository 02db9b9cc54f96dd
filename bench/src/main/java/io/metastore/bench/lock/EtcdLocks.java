package io.metastore.bench.lock;

import com.google.protobuf.ByteString;
import io.metastore.bench.server.Endpoint;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.v3lockpb.LockGrpc;
import io.metastore.etcdapi.v3lockpb.LockRequest;
import io.metastore.etcdapi.v3lockpb.LockResponse;
import io.metastore.etcdapi.v3lockpb.UnlockRequest;
import io.metastore.etcdapi.v3lockpb.UnlockResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** etcd's lock service, through gRPC stubs. */
final class EtcdLocks implements LockClients {
  private static final long TTL_SECONDS = TimeUnit.HOURS.toSeconds(1);

  private final GrpcLinks links;

  EtcdLocks(List<Endpoint> endpoints, int connections) {
    links = new GrpcLinks(endpoints, connections);
  }

  @Override
  public Contender contender(int ordinal, String lock) {
    long lease =
        LeaseGrpc.newBlockingStub(links.of(ordinal))
            .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build())
            .getID();
    return new EtcdContender(LockGrpc.newStub(links.of(ordinal)), name(lock), lease);
  }

  @Override
  public int queued(String lock) {
    // The service's keys are name/lease; '0' is the byte after '/'.
    return Math.toIntExact(
        KVGrpc.newBlockingStub(links.aside())
            .range(
                RangeRequest.newBuilder()
                    .setKey(name(lock + "/"))
                    .setRangeEnd(name(lock + "0"))
                    .setCountOnly(true)
                    .build())
            .getCount());
  }

  @Override
  public Counts counts() {
    return links.counts();
  }

  @Override
  public void close() {
    links.close();
  }

  private static ByteString name(String lock) {
    return ByteString.copyFromUtf8("/bench/" + lock);
  }

  private static final class EtcdContender implements Contender {
    private final LockGrpc.LockStub stub;
    private final LockRequest request;
    private volatile ByteString key = ByteString.EMPTY;

    EtcdContender(LockGrpc.LockStub stub, ByteString lock, long lease) {
      this.stub = stub;
      this.request = LockRequest.newBuilder().setName(lock).setLease(lease).build();
    }

    @Override
    public CompletableFuture<Void> acquire() {
      Reply<LockResponse> reply = new Reply<>();
      stub.lock(request, reply);
      return reply.thenAccept(held -> key = held.getKey());
    }

    @Override
    public CompletableFuture<Void> release() {
      Reply<UnlockResponse> reply = new Reply<>();
      stub.unlock(UnlockRequest.newBuilder().setKey(key).build(), reply);
      return reply.thenAccept(released -> {});
    }
  }
}
