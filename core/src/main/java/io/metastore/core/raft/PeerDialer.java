package io.metastore.core.raft;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyChannelBuilder;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.core.api.PeerUrl;
import io.netty.channel.ChannelHandler;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Creates channels to other members, for Raft and for {@link PeerCall}s. Whenever a channel
 * connects, it asks for the URLs that the member has then, and uses TLS or not as the URL says. An
 * existing connection is kept when the URLs change. Thread-safe.
 */
public final class PeerDialer {
  private static final String SCHEME = "member";
  private static final Attributes.Key<Boolean> SECURE = Attributes.Key.create("secure");

  private final @Nullable PeerTls tls;
  private final UnaryOperator<String> currentUrls;
  private final @Nullable PeerTraffic traffic;

  /** Creates a dialer whose channels' bytes are not counted; see the other constructor. */
  public PeerDialer(@Nullable PeerTls tls, UnaryOperator<String> currentUrls) {
    this(tls, currentUrls, null);
  }

  /**
   * @param tls null if this member has no certificates; it then cannot connect to {@code https}
   *     URLs
   * @param currentUrls returns the present URLs of the member that had the given URLs when it was
   *     added to the cluster, and the argument if no such member is known; URLs are separated by
   *     commas. Called by any thread
   * @param traffic counts the bytes of all calls; null for not counting them
   */
  public PeerDialer(
      @Nullable PeerTls tls, UnaryOperator<String> currentUrls, @Nullable PeerTraffic traffic) {
    this.tls = tls;
    this.currentUrls = currentUrls;
    this.traffic = traffic;
  }

  /**
   * A channel to a member.
   *
   * @param urls the member's URLs when it was added to the cluster, separated by commas
   */
  @SuppressWarnings("deprecation") // the alternative is a registry shared by the whole process
  NettyChannelBuilder channel(String urls) {
    String authority = PeerUrl.parseList(urls).get(0).authority();
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget(SCHEME + ":///" + authority)
            .nameResolverFactory(new Resolvers(urls));
    builder.proxyDetector(address -> null);
    if (traffic != null) {
      builder.intercept(traffic.outgoing(urls));
    }
    InternalNettyChannelBuilder.setProtocolNegotiatorFactory(builder, Negotiator::new);
    return builder;
  }

  private final class Resolvers extends NameResolver.Factory {
    private final String urls;

    Resolvers(String urls) {
      this.urls = urls;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
      return new Resolver(urls, args.getOffloadExecutor());
    }

    @Override
    public String getDefaultScheme() {
      return SCHEME;
    }
  }

  private final class Resolver extends NameResolver {
    private final String urls;
    private final @Nullable Executor executor;
    private @Nullable Listener2 listener;

    Resolver(String urls, @Nullable Executor executor) {
      this.urls = urls;
      this.executor = executor;
    }

    @Override
    public String getServiceAuthority() {
      return PeerUrl.parseList(urls).get(0).authority();
    }

    @Override
    public void start(Listener2 told) {
      this.listener = told;
      refresh();
    }

    @Override
    public void refresh() {
      Listener2 told = listener;
      if (told == null) {
        return;
      }
      Runnable resolving =
          () ->
              told.onResult(
                  ResolutionResult.newBuilder().setAddressesOrError(resolve(urls)).build());
      if (executor == null) {
        resolving.run();
      } else {
        executor.execute(resolving); // looking up a name may block
      }
    }

    @Override
    public void shutdown() {
      // There is nothing to release.
    }
  }

  private StatusOr<List<EquivalentAddressGroup>> resolve(String urls) {
    List<EquivalentAddressGroup> groups = new ArrayList<>();
    Status problem = Status.UNAVAILABLE;
    for (PeerUrl url : PeerUrl.parseList(currentUrls.apply(urls))) {
      if (url.secure() && tls == null) {
        problem =
            Status.UNAVAILABLE.withDescription(
                "a member has an https URL, but this member has no peer certificates: " + url);
        continue;
      }
      List<SocketAddress> addresses = new ArrayList<>();
      try {
        for (InetAddress address : InetAddress.getAllByName(url.host())) {
          addresses.add(new InetSocketAddress(address, url.port()));
        }
      } catch (UnknownHostException e) {
        problem = Status.UNAVAILABLE.withDescription("unknown host: " + url.host()).withCause(e);
        continue;
      }
      groups.add(
          new EquivalentAddressGroup(
              addresses,
              Attributes.newBuilder()
                  .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, url.authority())
                  .set(SECURE, url.secure())
                  .build()));
    }
    return groups.isEmpty() ? StatusOr.fromStatus(problem) : StatusOr.fromValue(groups);
  }

  /** Decides at each connection whether it uses TLS. */
  private final class Negotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
    private final InternalProtocolNegotiator.ProtocolNegotiator plain =
        InternalProtocolNegotiators.plaintext();

    /** Null if this member has no certificates. */
    private final InternalProtocolNegotiator.@Nullable ProtocolNegotiator secure =
        tls == null
            ? null
            : InternalProtocolNegotiators.tls(
                tls.client(), /* sni= */ null, /* extendedX509TrustManager= */ null);

    @Override
    public AsciiString scheme() {
      return plain.scheme(); // servers ignore it
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
      boolean isSecure = Boolean.TRUE.equals(grpc.getEagAttributes().get(SECURE));
      return isSecure && secure != null ? secure.newHandler(grpc) : plain.newHandler(grpc);
    }

    @Override
    public void close() {
      plain.close();
      if (secure != null) {
        secure.close();
      }
    }
  }
}
