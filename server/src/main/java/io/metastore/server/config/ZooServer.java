package io.metastore.server.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server as a line of {@code zoo.cfg} describes it: {@code
 * server.1=host:2888:3888[:participant|observer][;[address:]2181]}. Of several addresses, separated
 * by {@code |}, the first counts.
 *
 * @param quorumPort the port for other members
 * @param votes false for an observer
 * @param clientHost empty if not given
 * @param clientPort 0 if not given
 */
record ZooServer(
    long id,
    String host,
    int quorumPort,
    int electionPort,
    boolean votes,
    String clientHost,
    int clientPort) {
  private static final String HOST = "(\\[[^]]+]|[^:\\[\\]]+)";
  private static final Pattern SERVER =
      Pattern.compile(HOST + ":(\\d{1,5}):(\\d{1,5})(?::(participant|observer))?");
  private static final Pattern CLIENT = Pattern.compile("(?:" + HOST + ":)?(\\d{1,5})");

  /**
   * Parses a line.
   *
   * @param key {@code server.} and a number
   */
  static ZooServer parse(String key, String value) throws ConfigError {
    String[] parts = value.split(";", -1);
    String all = parts[0].strip();
    String role = all.matches(".*:(participant|observer)") ? all.replaceFirst(".*:", ":") : "";
    String first = all.split("\\|", 2)[0];
    Matcher server = SERVER.matcher(first.endsWith(role) ? first : first + role);
    Matcher client = CLIENT.matcher(parts.length > 1 ? parts[1].strip() : "0");
    if (parts.length > 2 || !server.matches() || !client.matches()) {
      throw ConfigError.zookeeper(
          value
              + " does not have the form server_config or server_config;client_config where"
              + " server_config is host:port:port or host:port:port:type and client_config is port"
              + " or host:port");
    }
    return new ZooServer(
        Long.parseLong(key.substring(key.indexOf('.') + 1)),
        server.group(1),
        Integer.parseInt(server.group(2)),
        Integer.parseInt(server.group(3)),
        !"observer".equals(server.group(4)),
        client.group(1) == null ? "" : client.group(1),
        Integer.parseInt(client.group(2)));
  }

  /** The line in {@code /zookeeper/config}. */
  String line() {
    String client =
        clientPort == 0
            ? ""
            : ";%s:%d".formatted(clientHost.isEmpty() ? "0.0.0.0" : clientHost, clientPort);
    return "server.%d=%s:%d:%d:%s%s"
        .formatted(id, host, quorumPort, electionPort, votes ? "participant" : "observer", client);
  }

  String peerUrl() {
    return "http://%s:%d".formatted(host, quorumPort);
  }
}
