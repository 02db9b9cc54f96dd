package io.metastore.cli.console;

/**
 * Reads endpoints in the form that {@link EndpointText} returns. It is a class of its own so that
 * there are no method references to a converter of picocli, which would slow down every command:
 * see {@code Commands}.
 */
final class Endpoint {
  static final String HTTPS = "https://";

  private Endpoint() {}

  static boolean asksForTls(String endpoint) {
    return endpoint.startsWith(HTTPS);
  }

  static String hostAndPort(String endpoint) {
    return endpoint.replace(HTTPS, "");
  }
}
