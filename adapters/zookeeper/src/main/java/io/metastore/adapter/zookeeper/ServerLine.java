package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import io.metastore.core.command.ZookeeperServer;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server as {@code zoo.cfg}, {@code /zookeeper/config} and {@code reconfig} describe it: {@code
 * server.1=host:2888:3888[:participant|observer][;[address:]2181]}. Of several addresses, separated
 * by {@code |}, the first counts.
 *
 * @param number the number after {@code server.}
 * @param quorumPort the port for other members
 * @param votes false for an observer
 * @param clientHost {@code 0.0.0.0} if only a port is given; empty if there is no client address
 * @param clientPort 0 if there is no client address
 */
public record ServerLine(
    long number,
    String host,
    int quorumPort,
    int electionPort,
    boolean votes,
    String clientHost,
    int clientPort) {
  private static final String PREFIX = "server.";
  private static final String ANY_HOST = "0.0.0.0";
  private static final String HOST = "(\\[[^]]+]|[^:\\[\\]]+)";
  private static final Pattern SERVER =
      Pattern.compile(HOST + ":(\\d{1,5}):(\\d{1,5})(?::(participant|observer))?");
  private static final Pattern CLIENT = Pattern.compile("(?:" + HOST + ":)?(\\d{1,5})");

  public ServerLine {
    requireNonNull(host, "host");
    requireNonNull(clientHost, "clientHost");
  }

  /** Whether a key of {@code zoo.cfg} is that of a server. */
  public static boolean isKey(String key) {
    return key.startsWith(PREFIX);
  }

  /**
   * Parses a line.
   *
   * @param key {@code server.} and a number
   * @param value what follows the equals sign
   * @throws IllegalArgumentException with ZooKeeper's text
   */
  public static ServerLine parse(String key, String value) {
    String[] parts = value.split(";", -1);
    String all = parts[0].strip();
    String role = all.matches(".*:(participant|observer)") ? all.replaceFirst(".*:", ":") : "";
    String first = all.split("\\|", 2)[0];
    Matcher server = SERVER.matcher(first.endsWith(role) ? first : first + role);
    Matcher client = CLIENT.matcher(parts.length > 1 ? parts[1].strip() : "0");
    if (parts.length > 2 || !server.matches() || !client.matches()) {
      throw new IllegalArgumentException(
          value
              + " does not have the form server_config or server_config;client_config where"
              + " server_config is host:port:port or host:port:port:type and client_config is port"
              + " or host:port");
    }
    int clientPort = Integer.parseInt(client.group(2));
    String clientHost = client.group(1) == null ? ANY_HOST : client.group(1);
    return new ServerLine(
        number(key),
        server.group(1),
        Integer.parseInt(server.group(2)),
        Integer.parseInt(server.group(3)),
        !"observer".equals(server.group(4)),
        clientPort == 0 ? "" : clientHost,
        clientPort);
  }

  private static long number(String key) {
    try {
      return Long.parseLong(key.substring(PREFIX.length()));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(key + " is not server. and a number", e);
    }
  }

  /** The same server in another role. */
  ServerLine withVote(boolean vote) {
    return new ServerLine(number, host, quorumPort, electionPort, vote, clientHost, clientPort);
  }

  /** Whether two servers could not both run. Source: {@code QuorumServer.checkAddressDuplicate}. */
  boolean sharesAddressWith(ServerLine other) {
    Set<String> addresses = addresses();
    addresses.retainAll(other.addresses());
    return !addresses.isEmpty();
  }

  private Set<String> addresses() {
    Set<String> addresses = new HashSet<>(Set.of(authority()));
    addresses.add(host + ":" + electionPort);
    if (clientPort != 0) {
      addresses.add((clientHost.equals(ANY_HOST) ? host : clientHost) + ":" + clientPort);
    }
    return addresses;
  }

  /** The address for other members. */
  public String authority() {
    return host + ":" + quorumPort;
  }

  /** The facts that the cluster stores about the server, which has this peer URL. */
  public ZookeeperServer facts(String peerUrl) {
    return ZookeeperServer.newBuilder()
        .setNumber(number)
        .setPeerUrl(peerUrl)
        .setElectionPort(electionPort)
        .setClientHost(clientHost)
        .setClientPort(clientPort)
        .build();
  }
}
