package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.stream.Stream;

/**
 * A URL at which the other members reach a member.
 *
 * @param secure whether connections use TLS ({@code https})
 * @param host a name or an IP address; IPv6 addresses in brackets
 */
public record PeerUrl(boolean secure, String host, int port) {

  public PeerUrl {
    requireNonNull(host, "host");
  }

  /**
   * Reads a URL.
   *
   * @param text {@code http://HOST:PORT} or {@code https://HOST:PORT}
   * @throws IllegalArgumentException if it has another form
   */
  public static PeerUrl parse(String text) {
    try {
      URI uri = new URI(text);
      String authority = uri.getAuthority();
      boolean secure = "https".equals(uri.getScheme());
      if ((secure || "http".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getPort() > 0
          && text.equals(uri.getScheme() + "://" + authority)) {
        return new PeerUrl(secure, uri.getHost(), uri.getPort());
      }
    } catch (URISyntaxException e) {
      // Refused below.
    }
    throw new IllegalArgumentException("not http://HOST:PORT or https://HOST:PORT: " + text);
  }

  /**
   * The URLs of one member, in the order in which they are tried.
   *
   * @param texts separated by commas
   */
  public static List<PeerUrl> parseList(String texts) {
    return Stream.of(texts.split(",", -1)).map(PeerUrl::parse).toList();
  }

  public String authority() {
    return host + ":" + port;
  }
}
