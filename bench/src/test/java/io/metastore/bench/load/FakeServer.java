package io.metastore.bench.load;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.metastore.bench.server.Endpoint;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.PutResponse;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.TxnResponse;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.etcdapi.mvccpb.Event;
import io.metastore.etcdapi.mvccpb.KeyValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A minimal server for tests of the load generator, which counts the requests. */
final class FakeServer implements AutoCloseable {
  final Map<ByteString, ByteString> stored = new ConcurrentHashMap<>();
  final AtomicInteger puts = new AtomicInteger();
  final AtomicInteger ranges = new AtomicInteger();
  final AtomicInteger serializableRanges = new AtomicInteger();
  final AtomicInteger transactions = new AtomicInteger();
  final AtomicInteger readOnlyTransactions = new AtomicInteger();
  final AtomicInteger keepAlives = new AtomicInteger();
  final Set<Long> keptAlive = ConcurrentHashMap.newKeySet();
  final AtomicInteger putsToRefuse = new AtomicInteger();

  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final AtomicLong leases = new AtomicLong();
  private final boolean leads;
  private final Server server;

  FakeServer(boolean leads) throws IOException {
    this.leads = leads;
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(new KeyValues())
            .addService(new Watches())
            .addService(new Leases())
            .addService(new Maintenance())
            .build()
            .start();
  }

  Endpoint endpoint() {
    return new Endpoint("127.0.0.1", server.getPort());
  }

  int watcherCount() {
    return watchers.size();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private PutResponse put(PutRequest request) {
    stored.put(request.getKey(), request.getValue());
    for (Watcher watcher : watchers) {
      watcher.offer(request);
    }
    return PutResponse.getDefaultInstance();
  }

  private RangeResponse range(RangeRequest request) {
    ByteString value = stored.get(request.getKey());
    return value == null
        ? RangeResponse.getDefaultInstance()
        : RangeResponse.newBuilder()
            .addKvs(KeyValue.newBuilder().setKey(request.getKey()).setValue(value))
            .setCount(1)
            .build();
  }

  private static <T> void answer(StreamObserver<T> caller, T reply) {
    caller.onNext(reply);
    caller.onCompleted();
  }

  private final class KeyValues extends KVGrpc.KVImplBase {
    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> caller) {
      if (putsToRefuse.getAndDecrement() > 0) {
        caller.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      puts.incrementAndGet();
      answer(caller, FakeServer.this.put(request));
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> caller) {
      (request.getSerializable() ? serializableRanges : ranges).incrementAndGet();
      answer(caller, FakeServer.this.range(request));
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> caller) {
      transactions.incrementAndGet();
      List<PutRequest> written = new ArrayList<>();
      request.getSuccessList().stream()
          .filter(op -> op.hasRequestPut())
          .forEach(op -> written.add(op.getRequestPut()));
      if (written.isEmpty()) {
        readOnlyTransactions.incrementAndGet();
      }
      written.forEach(FakeServer.this::put);
      answer(caller, TxnResponse.newBuilder().setSucceeded(true).build());
    }
  }

  private final class Watches extends WatchGrpc.WatchImplBase {
    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> caller) {
      return new Requests<>() {
        @Override
        public void onNext(WatchRequest request) {
          watchers.add(new Watcher(request.getCreateRequest(), caller));
          caller.onNext(WatchResponse.newBuilder().setCreated(true).build());
        }

        @Override
        public void onCompleted() {
          caller.onCompleted();
        }
      };
    }
  }

  private final class Leases extends LeaseGrpc.LeaseImplBase {
    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> caller) {
      answer(
          caller,
          LeaseGrantResponse.newBuilder()
              .setID(leases.incrementAndGet())
              .setTTL(request.getTTL())
              .build());
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
        StreamObserver<LeaseKeepAliveResponse> caller) {
      return new Requests<>() {
        @Override
        public void onNext(LeaseKeepAliveRequest request) {
          keepAlives.incrementAndGet();
          keptAlive.add(request.getID());
          caller.onNext(
              LeaseKeepAliveResponse.newBuilder().setID(request.getID()).setTTL(60).build());
        }

        @Override
        public void onCompleted() {
          caller.onCompleted();
        }
      };
    }
  }

  private final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> caller) {
      answer(
          caller,
          StatusResponse.newBuilder()
              .setHeader(ResponseHeader.newBuilder().setMemberId(1))
              .setLeader(leads ? 1 : 2)
              .build());
    }
  }

  private record Watcher(WatchCreateRequest request, StreamObserver<WatchResponse> caller) {

    void offer(PutRequest put) {
      if (!matches(put.getKey())
          || request.getFiltersList().contains(WatchCreateRequest.FilterType.NOPUT)) {
        return;
      }
      synchronized (caller) {
        caller.onNext(
            WatchResponse.newBuilder()
                .addEvents(
                    Event.newBuilder()
                        .setKv(KeyValue.newBuilder().setKey(put.getKey()).setValue(put.getValue())))
                .build());
      }
    }

    private boolean matches(ByteString key) {
      var order = ByteString.unsignedLexicographicalComparator();
      return request.getRangeEnd().isEmpty()
          ? key.equals(request.getKey())
          : order.compare(request.getKey(), key) <= 0
              && order.compare(key, request.getRangeEnd()) < 0;
    }
  }

  /** Receives the requests of a stream, which the client may cancel at any time. */
  private abstract static class Requests<T> implements StreamObserver<T> {
    @Override
    public void onError(@Nullable Throwable broken) {}
  }
}
