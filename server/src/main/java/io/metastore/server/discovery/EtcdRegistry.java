package io.metastore.server.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.metastore.cli.console.ClientTls;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.AuthenticateRequest;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.server.config.Bootstrap;
import io.metastore.tls.KeyFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A connection to the etcd or Metastore cluster through which members discover each other. Calls
 * block; used by one thread.
 */
final class EtcdRegistry implements AutoCloseable {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel channel;
  private final long requestMs;
  private final Metadata headers = new Metadata();

  private EtcdRegistry(ManagedChannel channel, long requestMs) {
    this.channel = channel;
    this.requestMs = requestMs;
  }

  /**
   * Connects and, if there is a user, authenticates.
   *
   * @throws IOException if a file of the TLS settings cannot be read
   * @throws StatusRuntimeException if the endpoint rejects the user or does not answer
   */
  static EtcdRegistry connect(Bootstrap.Etcd settings, String endpoint) throws IOException {
    String target = endpoint.replaceFirst("^https?://", "");
    boolean secure = endpoint.startsWith("https://") || !settings.insecureTransport();
    ManagedChannel channel =
        Grpc.newChannelBuilder(target, secure ? tls(settings) : InsecureChannelCredentials.create())
            .keepAliveTime(settings.keepAliveTime().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(settings.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .build();
    // The first call also connects.
    long requestMs = settings.dialTimeout().plus(settings.requestTimeout()).toMillis();
    EtcdRegistry registry = new EtcdRegistry(channel, requestMs);
    try {
      registry.logIn(settings);
    } catch (StatusRuntimeException e) {
      registry.close();
      throw e;
    }
    return registry;
  }

  private static ChannelCredentials tls(Bootstrap.Etcd settings) throws IOException {
    KeyFiles identity =
        settings.certFile().isEmpty()
            ? null
            : new KeyFiles(Path.of(settings.certFile()), Path.of(settings.keyFile()));
    Path authority = settings.caFile().isEmpty() ? null : Path.of(settings.caFile());
    return ClientTls.credentials(identity, authority, settings.insecureSkipVerify());
  }

  private void logIn(Bootstrap.Etcd settings) {
    int colon = settings.user().indexOf(':');
    boolean inOne = settings.password().isEmpty() && colon >= 0;
    String user = inOne ? settings.user().substring(0, colon) : settings.user();
    if (user.isEmpty()) {
      return;
    }
    String password = inOne ? settings.user().substring(colon + 1) : settings.password();
    AuthenticateRequest request =
        AuthenticateRequest.newBuilder().setName(user).setPassword(password).build();
    headers.put(
        TOKEN,
        AuthGrpc.newBlockingStub(channel)
            .withDeadlineAfter(requestMs, TimeUnit.MILLISECONDS)
            .authenticate(request)
            .getToken());
  }

  /** Reads one key. */
  RangeResponse get(String key) {
    return kv().range(RangeRequest.newBuilder().setKey(utf8(key)).build());
  }

  /** Reads all keys with the prefix {@code prefix}. */
  RangeResponse getAll(String prefix) {
    return kv().range(
            RangeRequest.newBuilder().setKey(utf8(prefix)).setRangeEnd(after(prefix)).build());
  }

  void put(String key, String value) {
    var unused = kv().put(PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8(value)).build());
  }

  /**
   * Waits until a key with the prefix {@code prefix} changes.
   *
   * @param revision changes from this revision on count
   * @throws IOException if the watch ends
   */
  void awaitChange(String prefix, long revision) throws IOException, InterruptedException {
    CompletableFuture<Void> changed = new CompletableFuture<>();
    StreamObserver<WatchRequest> requests =
        WatchGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .watch(new ChangeObserver(changed));
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(utf8(prefix))
                    .setRangeEnd(after(prefix))
                    .setStartRevision(revision))
            .build());
    try {
      changed.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
    requests.onCompleted();
  }

  private record ChangeObserver(CompletableFuture<Void> changed)
      implements StreamObserver<WatchResponse> {
    @Override
    public void onNext(WatchResponse response) {
      if (response.getEventsCount() > 0) {
        changed.complete(null);
      } else if (response.getCanceled()) {
        changed.completeExceptionally(new IOException(response.getCancelReason()));
      }
    }

    @Override
    public void onError(Throwable failure) {
      changed.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      changed.completeExceptionally(new IOException("the watch ended"));
    }
  }

  private KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .withDeadlineAfter(requestMs, TimeUnit.MILLISECONDS);
  }

  /**
   * The smallest key greater than all keys with the prefix {@code prefix}, whose last byte is below
   * 0xff.
   */
  private static ByteString after(String prefix) {
    byte[] bytes = prefix.getBytes(UTF_8);
    bytes[bytes.length - 1]++;
    return ByteString.copyFrom(bytes);
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  @Override
  public void close() {
    var unused = channel.shutdownNow();
  }
}
