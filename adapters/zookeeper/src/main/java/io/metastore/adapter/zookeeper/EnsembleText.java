package io.metastore.adapter.zookeeper;

import com.google.protobuf.ByteString;
import io.metastore.core.api.TreeView;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The data of {@code /zookeeper/config}.
 *
 * @param servers by number; empty if the members were not started with a {@code zoo.cfg}
 * @param version the revision of the last change; 0 if there was none
 */
public record EnsembleText(SortedMap<Long, ServerLine> servers, long version) {
  static final String PATH = "/zookeeper/config";
  private static final String VERSION = "version=";

  public EnsembleText {
    servers = Collections.unmodifiableSortedMap(new TreeMap<>(servers));
  }

  /** Reads the node. A client with all permissions may have written anything to it. */
  public static EnsembleText read(TreeView tree) {
    ByteString data = tree.findData(PATH);
    SortedMap<Long, ServerLine> servers = new TreeMap<>();
    long version = 0;
    try {
      for (String line : (data == null ? "" : data.toStringUtf8()).split("\n", -1)) {
        if (line.startsWith(VERSION)) {
          version = Long.parseUnsignedLong(line.substring(VERSION.length()), 16);
        } else if (!line.isEmpty()) {
          ServerLine server = parse(line);
          servers.put(server.number(), server);
        }
      }
    } catch (IllegalArgumentException e) {
      return new EnsembleText(Collections.emptySortedMap(), 0);
    }
    return new EnsembleText(servers, version);
  }

  /**
   * Parses one line.
   *
   * @throws IllegalArgumentException if it does not describe a server
   */
  static ServerLine parse(String line) {
    int equals = line.indexOf('=');
    if (equals < 0) {
      throw new IllegalArgumentException("not a server: " + line);
    }
    return ServerLine.parse(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
  }
}
