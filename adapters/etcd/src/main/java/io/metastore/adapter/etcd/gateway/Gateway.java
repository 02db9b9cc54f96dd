package io.metastore.adapter.etcd.gateway;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.adapter.etcd.port.HttpAnswer;
import io.metastore.adapter.etcd.port.HttpHandler;
import io.metastore.adapter.etcd.port.HttpReply;
import io.metastore.adapter.etcd.port.HttpSite;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves all paths below {@code /v3/}. Every call runs on the connection's event loop, with the
 * same services and interceptors as gRPC's calls.
 */
public final class Gateway implements HttpHandler {
  private static final String METADATA_PREFIX = "grpc-metadata-";
  private static final String NAME_IGNORED =
      "CommonName of client sending a request against gateway will be ignored and not used as"
          + " expected";

  private static final String TIMEOUT = "grpc-timeout";

  private static final Map<Character, TimeUnit> UNITS =
      Map.of(
          'H', TimeUnit.HOURS,
          'M', TimeUnit.MINUTES,
          'S', TimeUnit.SECONDS,
          'm', TimeUnit.MILLISECONDS,
          'u', TimeUnit.MICROSECONDS,
          'n', TimeUnit.NANOSECONDS);

  private final List<BindableService> services;
  private final Replies replies;
  private final ServerStreamTracer.Factory tracers;
  private final int messageBytesMax;
  private final BooleanSupplier namesAreUsers;

  /**
   * Created by the first request, because reading the protobuf descriptors would slow down the
   * server's start.
   */
  private @Nullable Routes routes;

  /**
   * @param services the gRPC services
   * @param tracers are notified of the calls, as they are of gRPC's
   * @param messageBytesMax the largest message accepted, in binary form
   * @param namesAreUsers whether the common name of a client's certificate is its user at present
   */
  public Gateway(
      List<? extends BindableService> services,
      EtcdVersion version,
      ServerStreamTracer.Factory tracers,
      int messageBytesMax,
      BooleanSupplier namesAreUsers) {
    this.services = List.copyOf(services);
    this.replies = new Replies(version);
    this.tracers = tracers;
    this.messageBytesMax = messageBytesMax;
    this.namesAreUsers = namesAreUsers;
  }

  /** Source: etcd's {@code accessController}: the services would not see the certificate. */
  @Override
  public @Nullable HttpAnswer findRefusal(String commonName) {
    return namesAreUsers.getAsBoolean()
        ? HttpAnswer.error(HttpResponseStatus.BAD_REQUEST, NAME_IGNORED)
        : null;
  }

  @Override
  public void serve(FullHttpRequest request, HttpReply reply) {
    if (find(request) != null && !request.method().equals(HttpMethod.POST)) {
      reply.send(replies.wrongMethod());
      return;
    }
    Messages messages = open(request, reply);
    messages.take(ByteBufUtil.getBytes(request.content()));
    messages.end();
  }

  @Override
  public Messages open(FullHttpRequest request, HttpReply reply) {
    Routes.Route route = find(request);
    if (route == null) {
      reply.send(replies.notFound());
      return Ignored.INSTANCE;
    }
    if (route.definition() == null) {
      reply.send(
          replies.error(
              Status.UNIMPLEMENTED.withDescription("unknown service " + route.service())));
      return Ignored.INSTANCE;
    }
    String timeout = request.headers().get(TIMEOUT);
    Long timeoutNanos = timeout == null ? null : nanos(timeout);
    if (timeout != null && timeoutNanos == null) {
      reply.send(
          replies.error(
              Status.INVALID_ARGUMENT.withDescription("invalid grpc-timeout: " + timeout)));
      return Ignored.INSTANCE;
    }
    Metadata metadata = metadata(request.headers());
    GatewayCall call =
        new GatewayCall(
            route,
            route.definition(),
            reply,
            replies,
            tracers.newServerStreamTracer(route.name(), metadata),
            messageBytesMax);
    call.start(metadata, timeoutNanos);
    return call;
  }

  private Routes.@Nullable Route find(FullHttpRequest request) {
    return routes().find(HttpSite.path(request.uri()));
  }

  private synchronized Routes routes() {
    if (routes == null) {
      routes = new Routes(services);
    }
    return routes;
  }

  /**
   * The metadata for the services: the token, and the headers that the client marked as metadata.
   */
  private static Metadata metadata(HttpHeaders headers) {
    Metadata metadata = new Metadata();
    String token = headers.get(HttpHeaderNames.AUTHORIZATION);
    if (token != null) {
      put(metadata, "authorization", token);
    }
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (name.startsWith(METADATA_PREFIX)) {
        put(metadata, name.substring(METADATA_PREFIX.length()), header.getValue());
      }
    }
    return metadata;
  }

  private static void put(Metadata metadata, String name, String value) {
    Metadata.Key<String> key;
    try {
      key = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    } catch (IllegalArgumentException e) {
      return; // not a valid metadata name, or a binary value, which etcd ignores
    }
    metadata.put(key, value);
  }

  /** Null if the timeout is malformed. */
  private static @Nullable Long nanos(String timeout) {
    int digits = timeout.length() - 1;
    TimeUnit unit = digits < 1 ? null : UNITS.get(timeout.charAt(digits));
    if (unit == null || !timeout.substring(0, digits).matches("\\d{1,18}")) {
      return null;
    }
    return unit.toNanos(Long.parseLong(timeout.substring(0, digits)));
  }

  /** Ignores messages after the response. */
  private enum Ignored implements Messages {
    INSTANCE;

    @Override
    public void take(byte[] message) {
      // The client already has its response.
    }

    @Override
    public void end() {
      // As above.
    }
  }
}
