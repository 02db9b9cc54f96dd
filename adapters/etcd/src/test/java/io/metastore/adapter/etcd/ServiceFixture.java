package io.metastore.adapter.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** All services over a {@link FakeMetastore}, and a channel to them. */
final class ServiceFixture implements AutoCloseable {
  static final long TIMEOUT_S = 60;

  final FakeMetastore store = new FakeMetastore();
  final ManagedChannel channel;
  private final EtcdServices services;
  private final Server server;

  ServiceFixture() {
    this(new EtcdSettings("3.7.1", 128, 10, false, LiveServer.SCRATCH, null));
  }

  ServiceFixture(EtcdSettings settings) {
    services = new EtcdServices(store, settings);
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name).directExecutor();
    for (BindableService service : services.services()) {
      builder.addService(service);
    }
    try {
      server = builder.build().start();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    services.close();
  }

  /** Waits for the next element. */
  static <T> T next(LinkedBlockingQueue<T> queue) {
    try {
      T element = queue.poll(TIMEOUT_S, TimeUnit.SECONDS);
      assertThat(element).as("something came in time").isNotNull();
      return element;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static void assertFails(ThrowingCallable call, EtcdError error) {
    assertFails(call, error.status().getCode(), error.text());
  }

  static void assertFails(ThrowingCallable call, Status.Code code, String text) {
    Throwable thrown = Assertions.catchThrowable(call);
    assertThat(thrown).isInstanceOf(StatusRuntimeException.class);
    Status status = Status.fromThrowable(thrown);
    assertThat(status.getCode()).isEqualTo(code);
    assertThat(status.getDescription()).isEqualTo(text);
  }

  /**
   * The client of a stream, which reads only the messages that it requests.
   *
   * @param <Q> the request type
   * @param <R> the response type
   */
  static final class Client<Q, R> implements ClientResponseObserver<Q, R> {
    final LinkedBlockingQueue<R> received = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final int initialRequest;
    private @Nullable ClientCallStreamObserver<Q> call;

    Client(int initialRequest) {
      this.initialRequest = initialRequest;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> stream) {
      call = stream;
      stream.disableAutoRequestWithInitial(initialRequest);
    }

    void read(int messages) {
      call().request(messages);
    }

    void cancel() {
      call().cancel("test", null);
    }

    R next() {
      return ServiceFixture.next(received);
    }

    Status end() {
      return ended.orTimeout(TIMEOUT_S, TimeUnit.SECONDS).join();
    }

    @Override
    public void onNext(R message) {
      received.add(message);
    }

    @Override
    public void onError(Throwable failure) {
      ended.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }

    private ClientCallStreamObserver<Q> call() {
      if (call == null) {
        throw new IllegalStateException("not started");
      }
      return call;
    }
  }
}
