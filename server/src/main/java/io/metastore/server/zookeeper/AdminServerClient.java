package io.metastore.server.zookeeper;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Gets a snapshot from the AdminServer of ZooKeeper 3.9 or newer, or of Metastore. */
public final class AdminServerClient {
  /** An identity that everybody may have. It suffices if the root node is open to everybody. */
  public static final String DEFAULT_AUTH = "digest:metastore:metastore";

  private static final int CONNECT_MS = 5000;

  /** A server answers when it has made the whole snapshot. */
  private static final int READ_MS = 600_000;

  private static final int BUFFER_BYTES = 1 << 16;

  private final String address;
  private final String auth;

  /**
   * @param address host and port
   * @param auth scheme and ID, with a colon between them
   */
  public AdminServerClient(String address, String auth) {
    this.address = address;
    this.auth = auth;
  }

  /**
   * A snapshot that is being received.
   *
   * @param zxid as told by the server; -1 if it does not say
   */
  public record Snapshot(InputStream content, long zxid) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      content.close();
    }
  }

  /**
   * Asks for a snapshot.
   *
   * @throws IOException if the server cannot be reached or refuses
   */
  public Snapshot openSnapshot() throws IOException {
    String base = address.contains("://") ? address : "http://" + address;
    HttpURLConnection connection;
    try {
      connection =
          (HttpURLConnection)
              URI.create(base + "/commands/snapshot?streaming=true").toURL().openConnection();
    } catch (IllegalArgumentException e) {
      throw new IOException("neither a directory nor HOST:PORT: " + address, e);
    }
    connection.setConnectTimeout(CONNECT_MS);
    connection.setReadTimeout(READ_MS);
    connection.setRequestProperty("Authorization", auth.replaceFirst(":", " "));
    int status;
    try {
      status = connection.getResponseCode();
    } catch (IOException e) {
      throw new IOException("cannot reach an AdminServer at " + address + ": " + e.getMessage(), e);
    }
    if (status != HttpURLConnection.HTTP_OK) {
      throw new IOException("the AdminServer refused: " + status + " " + error(connection));
    }
    String zxid = connection.getHeaderField("last_zxid");
    return new Snapshot(
        new BufferedInputStream(connection.getInputStream(), BUFFER_BYTES),
        zxid == null ? -1 : Long.decode(zxid));
  }

  private static String error(HttpURLConnection connection) throws IOException {
    try (InputStream body = connection.getErrorStream()) {
      return body == null
          ? ""
          : new String(body.readAllBytes(), StandardCharsets.UTF_8).replaceAll("\\s+", " ");
    }
  }
}
