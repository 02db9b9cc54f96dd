package io.metastore.core.raft;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The pages that the peer port serves over HTTP. Thread-safe; never blocks. */
@FunctionalInterface
public interface PeerPages {

  /** No pages. */
  PeerPages NONE = request -> null;

  /** The answer to a GET request; null if there is no such page. */
  @Nullable CompletableFuture<Page> find(Request request);

  /**
   * A request.
   *
   * @param clusterId the header {@code X-Etcd-Cluster-ID}; null if it is not set
   */
  record Request(String path, @Nullable String clusterId, String body) {
    public Request {
      requireNonNull(path, "path");
      requireNonNull(body, "body");
    }
  }

  /**
   * An answer.
   *
   * @param status the HTTP status; a page with 200 is JSON, any other one is plain text
   * @param headers further headers
   */
  record Page(int status, String text, Map<String, String> headers) {
    public Page {
      headers = Map.copyOf(headers);
    }

    /** A page without further headers. */
    public static Page json(String text) {
      return new Page(200, text, Map.of());
    }

    /** An error text, as Go's {@code http.Error} sends it. */
    public static Page error(int status, String text) {
      return new Page(status, text + "\n", Map.of("X-Content-Type-Options", "nosniff"));
    }

    /** The same page with another header. */
    Page with(String header, String value) {
      Map<String, String> all = new TreeMap<>(headers);
      all.put(header, value);
      return new Page(status, text, all);
    }
  }
}
