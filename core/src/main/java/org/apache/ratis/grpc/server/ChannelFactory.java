package org.apache.ratis.grpc.server;

import io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/**
 * Creates the channels of {@link GrpcServerProtocolClient}. It is an {@link SslContext} only
 * because that is the one object that Ratis passes from our code to that class; it has no TLS of
 * its own. Thread-safe.
 */
public final class ChannelFactory extends SslContext {
  private final Function<String, NettyChannelBuilder> factory;

  /**
   * @param factory creates a channel to a member from its address in Raft's configuration
   */
  public ChannelFactory(Function<String, NettyChannelBuilder> factory) {
    this.factory = factory;
  }

  NettyChannelBuilder channel(String address) {
    return factory.apply(address);
  }

  @Override
  public boolean isClient() {
    return true;
  }

  @Override
  public List<String> cipherSuites() {
    throw new UnsupportedOperationException();
  }

  @Override
  @SuppressWarnings("deprecation") // the type of the method in the superclass
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    throw new UnsupportedOperationException();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SSLSessionContext sessionContext() {
    throw new UnsupportedOperationException();
  }
}
