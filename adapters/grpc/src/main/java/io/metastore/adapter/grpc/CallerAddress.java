package io.metastore.adapter.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The address that a call came from, for services that share something between clients. */
public final class CallerAddress {
  private static final Context.Key<String> KEY = Context.keyWithDefault("caller-address", "");

  /** One client usually owns all IPv6 addresses with the same first bytes. */
  private static final int IPV6_NETWORK_BYTES = 8;

  private CallerAddress() {}

  /** Starts a call whose service can ask for the address. */
  public static <Q, R> ServerCall.Listener<Q> start(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return Contexts.interceptCall(
        Context.current().withValue(KEY, text(address)), call, metadata, next);
  }

  /**
   * The client's IP address, without port, or the /64 network of its IPv6 address; empty if it is
   * not known or not an IP address. Called within the service method.
   */
  public static String ofCall() {
    return KEY.get();
  }

  static String text(@Nullable SocketAddress address) {
    InetAddress ip = address instanceof InetSocketAddress inet ? inet.getAddress() : null;
    if (ip == null) {
      return "";
    }
    byte[] bytes = ip.getAddress();
    return HexFormat.of()
        .formatHex(ip instanceof Inet6Address ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes);
  }
}
