package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.ServiceFixture.assertFails;
import static io.metastore.adapter.etcd.Values.putRequest;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.api.StoreException.Overloaded;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the store may answer, as a client reads it from a socket. */
final class ErrorsOnTheWireTest {
  private final FakeMetastore store = new FakeMetastore();
  private final EtcdServices services =
      new EtcdServices(store, new EtcdSettings("3.7.1", 128, 10, false, LiveServer.SCRATCH, null));
  private Server server;
  private ManagedChannel channel;
  private KVGrpc.KVBlockingStub kv;

  @BeforeEach
  void open() throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor();
    for (BindableService service : services.services()) {
      builder.addService(service);
    }
    server = builder.build().start();
    channel =
        NettyChannelBuilder.forAddress(server.getListenSockets().get(0)).usePlaintext().build();
    kv = KVGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
    services.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = FailureCode.class,
      mode = EnumSource.Mode.MATCH_NONE,
      names = {"LOCK_MODE", "STALE_TOKEN", "READ_TOO_OLD", "AUTH_ALREADY_ENABLED", "ZNODE_.*"})
  void refusalOfTheStore(FailureCode code) {
    store.onSubmit = command -> completedFuture(new Outcome.Failed(7, Failure.of(code)));

    assertPutFails(EtcdErrors.of(code));
  }

  @ParameterizedTest
  @EnumSource(OutcomeUnknown.Reason.class)
  void unknownOutcome(OutcomeUnknown.Reason reason) {
    assertPutFails(new OutcomeUnknown(reason), EtcdErrors.of(new OutcomeUnknown(reason)));
  }

  @ParameterizedTest
  @EnumSource(NotServed.Reason.class)
  void requestNotServed(NotServed.Reason reason) {
    assertPutFails(new NotServed(reason), EtcdErrors.of(new NotServed(reason)));
  }

  @Test
  void overload() {
    assertPutFails(new Overloaded("queue"), EtcdError.TOO_MANY_REQUESTS);
  }

  @Test
  void processWithoutMemoryOrThreads() {
    assertPutFails(new OutOfMemoryError("Java heap space"), EtcdError.NO_MEMORY);
    assertPutFails(new RejectedExecutionException(), EtcdError.STOPPED);
  }

  @Test
  void textOfABugKeepsItsCharacters() {
    store.onSubmit = command -> failedFuture(new IllegalStateException("\"a\" größer\n100%"));

    assertFails(() -> kv.put(putRequest("k", "v")), Status.Code.UNKNOWN, "\"a\" größer\n100%");
  }

  private void assertPutFails(Throwable failure, EtcdError error) {
    store.onSubmit = command -> failedFuture(failure);
    assertPutFails(error);
  }

  private void assertPutFails(EtcdError error) {
    assertFails(() -> kv.put(putRequest("k", "v")), error);
  }
}
