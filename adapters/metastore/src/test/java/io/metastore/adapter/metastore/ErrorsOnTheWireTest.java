package io.metastore.adapter.metastore;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.PutRequest;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the store may answer, as a client reads it from a socket: code, text and detail. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ErrorsOnTheWireTest {
  private NativeServer member;
  private MetastoreServices services;
  private Server server;
  private ManagedChannel channel;

  /** What the next write ends in. */
  private volatile CompletableFuture<Outcome> onSubmit = new CompletableFuture<>();

  @BeforeAll
  void open(@TempDir Path directory) throws Exception {
    member = NativeServer.start(directory);
    services =
        new MetastoreServices(
            storeThatAnswersWrites(), new MetastoreSettings("0.0.1-test", () -> {}));
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor();
    for (BindableService service : services.services()) {
      builder.addService(service);
    }
    server = builder.build().start();
    channel =
        NettyChannelBuilder.forAddress(server.getListenSockets().get(0)).usePlaintext().build();
  }

  @AfterAll
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
    services.close();
    member.close();
  }

  private Metastore storeThatAnswersWrites() {
    return (Metastore)
        Proxy.newProxyInstance(
            Metastore.class.getClassLoader(),
            new Class<?>[] {Metastore.class},
            (proxy, method, arguments) -> {
              try {
                return method.getName().equals("submit")
                    ? onSubmit
                    : method.invoke(member.node(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @ParameterizedTest
  @EnumSource(FailureCode.class)
  void refusalOfTheStore(FailureCode code) {
    Failure failure = Failure.of(code, "compacted", 5, "current", 6, "max", 7);
    onSubmit = completedFuture(new Outcome.Failed(9, failure));

    assertThat(NativeServer.errorOf(this::put)).isEqualTo(Errors.toRefusal(failure).detail());
  }

  static Stream<StoreException> failuresOfTheWorld() {
    return ErrorsTest.failuresOfTheWorld();
  }

  @ParameterizedTest
  @MethodSource("failuresOfTheWorld")
  void failureOfTheWorld(StoreException failure) {
    onSubmit = failedFuture(failure);

    assertThat(NativeServer.errorOf(this::put)).isEqualTo(NativeServer.errorOf(Errors.of(failure)));
  }

  @Test
  void processWithoutMemoryOrThreads() {
    assertThat(reasonOf(new OutOfMemoryError("Java heap space")))
        .isEqualTo(Reason.ANSWER_TOO_LARGE);
    assertThat(reasonOf(new RejectedExecutionException())).isEqualTo(Reason.STOPPING);
    assertThat(reasonOf(new IllegalStateException("größer"))).isEqualTo(Reason.BUG);
  }

  private Reason reasonOf(Throwable failure) {
    onSubmit = failedFuture(failure);
    ErrorDetail detail = NativeServer.errorOf(this::put);
    return detail.getReason();
  }

  private void put() {
    KeyValueGrpc.newBlockingStub(channel).put(PutRequest.newBuilder().setKey("/k").build());
  }
}
