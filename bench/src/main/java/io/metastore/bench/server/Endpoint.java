package io.metastore.bench.server;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.net.URI;

/**
 * A member's client address.
 *
 * @param host name or address
 * @param port TCP port
 */
public record Endpoint(String host, int port) {

  /** Checks the arguments. */
  public Endpoint {
    requireNonNull(host, "host");
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("no port: " + port);
    }
  }

  /**
   * Parses {@code host:port} or {@code http://host:port}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static Endpoint parse(String text) {
    URI uri = URI.create(text.contains("://") ? text : "http://" + text);
    if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
      throw new IllegalArgumentException("expected host:port or http://host:port, not: " + text);
    }
    return new Endpoint(uri.getHost(), uri.getPort());
  }

  /** The address to connect to. */
  public InetSocketAddress address() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
