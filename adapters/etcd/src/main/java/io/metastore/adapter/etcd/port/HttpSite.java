package io.metastore.adapter.etcd.port;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP port serves, and to which hosts and origins.
 *
 * @param endpoints by exact path
 * @param handlers by path prefix, such as {@code /v3/}
 * @param corsOrigins origins whose pages may read responses, {@code *} for all; empty to send no
 *     CORS headers
 * @param hosts accepted values of the Host header (without port), {@code *} for all; empty if
 *     nothing is served at all
 */
public record HttpSite(
    Map<String, HttpEndpoint> endpoints,
    Map<String, HttpHandler> handlers,
    Set<String> corsOrigins,
    Set<String> hosts) {
  private static final Set<String> ALL = Set.of("*");

  private static final String UNKNOWN_HOST =
      """

      etcd received your request, but the Host header was unrecognized.

      To fix this, choose one of the following options:
      - Enable TLS, then any HTTPS request will be allowed.
      - Add the hostname you want to use to the whitelist in settings.
        - e.g. etcd --host-whitelist "%s"
      This requirement has been added to help prevent "DNS Rebinding" attacks (CVE-2018-5702).
      """;

  public HttpSite {
    endpoints = Map.copyOf(endpoints);
    handlers = Map.copyOf(handlers);
    corsOrigins = Set.copyOf(corsOrigins);
    hosts = Set.copyOf(hosts);
  }

  /** Accepts all hosts and origins, as etcd's client port does by default. */
  public static HttpSite open(Map<String, HttpEndpoint> endpoints) {
    return new HttpSite(endpoints, Map.of(), ALL, ALL);
  }

  /** Sends no CORS headers, like etcd's metrics port. */
  public static HttpSite metricsOnly(Map<String, HttpEndpoint> endpoints) {
    return new HttpSite(endpoints, Map.of(), Set.of(), ALL);
  }

  /** Serves the paths with one prefix, for all hosts but not for pages of other sites. */
  public static HttpSite prefix(String prefix, HttpHandler handler) {
    return new HttpSite(Map.of(), Map.of(prefix, handler), Set.of(), ALL);
  }

  /** Serves nothing: HTTP/1.1 connections are closed. */
  public static HttpSite none() {
    return new HttpSite(Map.of(), Map.of(), Set.of(), Set.of());
  }

  /**
   * Accepts every host. For TLS connections, where a page of another site cannot pass itself off
   * with our certificate.
   */
  HttpSite openToAllHosts() {
    return isEmpty() ? this : new HttpSite(endpoints, handlers, corsOrigins, ALL);
  }

  boolean isEmpty() {
    return hosts.isEmpty();
  }

  /**
   * The path of a request, without its query. The former API prefix is replaced by the current one.
   */
  public static String path(String uri) {
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    return path.startsWith("/v3beta/") ? "/v3/" + path.substring("/v3beta/".length()) : path;
  }

  @Nullable HttpEndpoint findEndpoint(String path) {
    return endpoints.get(path);
  }

  @Nullable HttpHandler findHandler(String path) {
    for (Map.Entry<String, HttpHandler> handler : handlers.entrySet()) {
      if (path.startsWith(handler.getKey())) {
        return handler.getValue();
      }
    }
    return null;
  }

  /** The refusal of a request for a host that is not accepted, or null. */
  @Nullable HttpAnswer findRefusal(@Nullable String hostHeader) {
    String host = hostHeader == null ? "" : withoutPort(hostHeader);
    if (hosts.contains("*") || hosts.contains(host)) {
      return null;
    }
    return HttpAnswer.error(HttpResponseStatus.MISDIRECTED_REQUEST, UNKNOWN_HOST.formatted(host));
  }

  /** The CORS headers for every response to a request from that origin. */
  Map<String, String> corsHeaders(@Nullable String origin) {
    if (corsOrigins.contains("*")) {
      return cors("*");
    }
    return origin != null && corsOrigins.contains(origin) ? cors(origin) : Map.of();
  }

  private static Map<String, String> cors(String origin) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE");
    headers.put("Access-Control-Allow-Origin", origin);
    headers.put("Access-Control-Allow-Headers", "accept, content-type, authorization");
    return headers;
  }

  private static String withoutPort(String host) {
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      return end < 0 ? host : host.substring(1, end);
    }
    int colon = host.indexOf(':');
    return colon < 0 || host.indexOf(':', colon + 1) >= 0 ? host : host.substring(0, colon);
  }
}
