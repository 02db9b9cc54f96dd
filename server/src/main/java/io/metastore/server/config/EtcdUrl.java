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
 * A URL at which a member listens or is reached: scheme, host and port only.
 *
 * @param text as given; sorting, comparison and hashes use this text
 * @param host without the brackets of an IPv6 address
 */
public record EtcdUrl(String text, String scheme, String host, int port) {
  private static final Pattern HOST_AND_PORT = Pattern.compile("(\\[[^]@]*]|[^:\\[\\]@]*):(\\d+)");

  private static final Set<String> SCHEMES = Set.of("http", "https", "unix", "unixs");
  private static final Set<String> TCP_SCHEMES = Set.of("tcp", "ssl");

  public EtcdUrl {
    requireNonNull(text, "text");
    requireNonNull(scheme, "scheme");
    requireNonNull(host, "host");
  }

  /**
   * Parses a comma-separated list; the result is sorted by text, as in etcd.
   *
   * @throws IllegalArgumentException with etcd's message, if a URL is invalid
   */
  public static List<EtcdUrl> parseList(String commaSeparated) {
    return parseList(commaSeparated, SCHEMES);
  }

  /**
   * As {@link #parseList(String)}, for URLs {@code tcp://host:port} and, with TLS, {@code
   * ssl://host:port} of listeners that do not speak HTTP.
   */
  static List<EtcdUrl> parseTcpList(String commaSeparated) {
    return parseList(commaSeparated, TCP_SCHEMES);
  }

  private static List<EtcdUrl> parseList(String commaSeparated, Set<String> schemes) {
    List<EtcdUrl> urls = new ArrayList<>();
    for (String text : commaSeparated.split(",", -1)) {
      urls.add(parse(text.strip(), schemes));
    }
    urls.sort(Comparator.comparing(EtcdUrl::text));
    return List.copyOf(urls);
  }

  /** The comma-separated form that {@link #parseList(String)} parses. */
  public static String join(List<EtcdUrl> urls) {
    return urls.stream().map(EtcdUrl::text).collect(Collectors.joining(","));
  }

  public static EtcdUrl parse(String text) {
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
      String wanted = schemes == TCP_SCHEMES ? "tcp or ssl" : "http, https, unix, or unixs";
      throw new IllegalArgumentException("URL scheme must be " + wanted + ": " + text);
    }
    if (scheme.startsWith("unix")) {
      return new EtcdUrl(text, scheme, text.substring(text.indexOf("://") + 3), 0);
    }
    // URI's own host and port are null for host names with an underscore.
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

  /**
   * The address to bind. The host is resolved; for an IP address or localhost this needs no DNS.
   */
  public InetSocketAddress socketAddress() {
    return new InetSocketAddress(host, port);
  }

  /** Whether the host is the path of a Unix socket. */
  public boolean isUnix() {
    return scheme.startsWith("unix");
  }

  /** Whether the URL uses TLS. */
  public boolean isSecure() {
    return scheme.equals("https") || scheme.equals("unixs") || scheme.equals("ssl");
  }

  /** Whether the host is an IP address or {@code localhost}; etcd requires this for binding. */
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
