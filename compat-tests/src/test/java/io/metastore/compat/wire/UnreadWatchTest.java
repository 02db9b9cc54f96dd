package io.metastore.compat.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Clients that watch but do not read their events. */
class UnreadWatchTest {
  private static final int DEAF = 6;
  private static final int VALUE_BYTES = 100_000;
  private static final int PUTS = 640;

  /** Much less than all the unread events together, which exceed the server's heap. */
  private static final long GROWTH_BYTES_MAX = 192L << 20;

  @Test
  void otherClientsAreServedAndMemoryStaysBounded() throws Exception {
    List<ManagedChannel> channels = new ArrayList<>();
    try (ClusterProcesses cluster = ClusterProcesses.one(UnreadWatchTest.class)) {
      ServerProcess server = cluster.only();
      put(server, 0); // memory that a server needs for its first values does not count
      long before = server.residentBytes();
      for (int i = 0; i < DEAF; i++) {
        channels.add(connect(server));
        watch(channels.get(i), 0, new AtomicLong());
      }
      AtomicLong heard = new AtomicLong();
      channels.add(connect(server));
      watch(channels.get(DEAF), Integer.MAX_VALUE, heard);
      for (int i = 1; i <= PUTS; i++) {
        put(server, i);
      }
      Await.until("the watcher that reads has all", () -> heard.get() >= PUTS);
      assertThat(server.residentBytes() - before).isLessThan(GROWTH_BYTES_MAX);
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private static void put(ServerProcess server, int number) {
    byte[] value = new byte[VALUE_BYTES];
    value[0] = (byte) number;
    KVGrpc.newBlockingStub(server.channel())
        .withDeadlineAfter(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .put(
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("deaf"))
                .setValue(ByteString.copyFrom(value))
                .build());
  }

  /** Starts a watch from the first revision on that reads only this many responses. */
  private static void watch(ManagedChannel channel, int answers, AtomicLong events) {
    ClientCall<WatchRequest, WatchResponse> call =
        channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(WatchResponse response) {
            events.addAndGet(response.getEventsCount());
          }
        },
        new Metadata());
    if (answers > 0) {
      call.request(answers);
    }
    WatchCreateRequest create =
        WatchCreateRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("deaf"))
            .setStartRevision(1)
            .build();
    call.sendMessage(WatchRequest.newBuilder().setCreateRequest(create).build());
  }

  private static ManagedChannel connect(ServerProcess server) {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.clientPort())
        .usePlaintext()
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .build();
  }
}
