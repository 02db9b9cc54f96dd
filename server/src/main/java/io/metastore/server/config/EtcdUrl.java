package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A URL that a member listens on or is reached at: scheme, host and port and nothing else.
 *
 * @param text as it was given; sorts, compares and is hashed as this
 * @param host without the brackets of an IPv6 address
 */
public record EtcdUrl(String text, String scheme, String host, int port) {
  private static final Pattern HOST_AND_PORT = Pattern.compile("(\\[[^]@]*]|[^:\\[\\]@]*):(\\d+)");

  private static final Set<String> SCHEMES = Set.of("http", "https", "unix", "unixs");
  private static final String TCP = "tcp";

  public EtcdUrl {
    requireNonNull(text, "text");
    requireNonNull(scheme, "scheme");
    requireNonNull(host, "host");
  }

  /**
   * Sorted by text, as etcd sorts them.
   *
   * @throws IllegalArgumentException with etcd's words for what is wrong with one of them
   */
  static List<EtcdUrl> parseList(String commaSeparated) {
    return parseList(commaSeparated, SCHEMES);
  }

  /** As {@link #parseList(String)}, of {@code tcp://host:port}: what listens there is not HTTP. */
  static List<EtcdUrl> parseTcpList(String commaSeparated) {
    return parseList(commaSeparated, Set.of(TCP));
  }

  private static List<EtcdUrl> parseList(String commaSeparated, Set<String> schemes) {
    List<EtcdUrl> urls = new ArrayList<>();
    for (String text : commaSeparated.split(",", -1)) {
      urls.add(parse(text.strip(), schemes));
    }
    urls.sort(Comparator.comparing(EtcdUrl::text));
    return List.copyOf(urls);
  }

  /** Comma-separated, as {@link #parseList(String)} takes them. */
  static String join(List<EtcdUrl> urls) {
    return urls.stream().map(EtcdUrl::text).collect(Collectors.joining(","));
  }

  static EtcdUrl parse(String text) {
    return parse(text, SCHEMES);
  }

  private static EtcdUrl parse(String text, Set<String> schemes) {
    if (text.indexOf(':') > 0 && !Character.isLetter(text.charAt(0))) {
      throw new IllegalArgumentException(
          "parse \"" + text + "\": first path segment in URL cannot contain colon");
    }
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("parse \"" + text + "\": invalid URL", e);
    }
    String scheme = uri.getScheme();
    if (scheme == null || !schemes.contains(scheme)) {
      String wanted = schemes.contains(TCP) ? TCP : "http, https, unix, or unixs";
      throw new IllegalArgumentException("URL scheme must be " + wanted + ": " + text);
    }
    if (scheme.startsWith("unix")) {
      return new EtcdUrl(text, scheme, text.substring(text.indexOf("://") + 3), 0);
    }
    // Not URI's own host and port: it knows none where a name has an underscore.
    Matcher hostAndPort = HOST_AND_PORT.matcher(Objects.toString(uri.getRawAuthority(), ""));
    if (!hostAndPort.matches()) {
      throw new IllegalArgumentException(
          "URL address does not have the form \"host:port\": " + text);
    }
    if (!uri.getPath().isEmpty()) {
      throw new IllegalArgumentException("URL must not contain a path: " + text);
    }
    int port;
    try {
      port = Integer.parseInt(hostAndPort.group(2));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("parse \"" + text + "\": invalid port", e);
    }
    return new EtcdUrl(text, scheme, unbracketed(hostAndPort.group(1)), port);
  }

  /** {@code host:port}, with brackets around an IPv6 address. */
  public String authority() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  /** Where to bind; the name is resolved, which for an IP address or localhost asks nobody. */
  public InetSocketAddress socketAddress() {
    return new InetSocketAddress(host, port);
  }

  /** Whether the host is the path of a Unix socket. */
  public boolean isUnix() {
    return scheme.startsWith("unix");
  }

  /** Whether TLS is spoken there. */
  public boolean isSecure() {
    return scheme.equals("https") || scheme.equals("unixs");
  }

  /** Whether the host is an IP address or {@code localhost}, as etcd wants it for binding. */
  boolean isBindable() {
    if (isUnix() || host.equals("localhost")) {
      return true;
    }
    return host.indexOf(':') >= 0 || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
  }

  @Override
  public String toString() {
    return text;
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
