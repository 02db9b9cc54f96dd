package io.metastore.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * ZooKeeper from its published jar, which is on this program's class path, started with the options
 * of its own start script: 1,000 MB of heap and otherwise the JVM's defaults. It waits for fsync.
 */
public final class ZooKeeperServer implements ServerKind {
  private static final int TIMEOUT_MS = 5_000;

  @Override
  public String name() {
    return "zookeeper";
  }

  @Override
  public List<String> command(Member member, List<Member> cluster, Path directory) {
    try {
      return List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-Xmx1000m",
          "-cp",
          System.getProperty("java.class.path"),
          "org.apache.zookeeper.server.quorum.QuorumPeerMain",
          configure(member, cluster, directory).toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean serves(Endpoint client) {
    return isServing(client);
  }

  static boolean isServing(Endpoint client) {
    try {
      return counters(client).containsKey("Mode");
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /**
   * A member's own counters: {@code Zxid}, {@code Sent}, {@code Mode} and more; only few while it
   * does not serve.
   *
   * @throws UncheckedIOException if it does not answer
   */
  public static Map<String, String> counters(Endpoint client) {
    try (Socket socket = new Socket()) {
      socket.connect(client.address(), TIMEOUT_MS);
      socket.setSoTimeout(TIMEOUT_MS);
      socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer
          .lines()
          .map(line -> line.split(": ", 2))
          .filter(line -> line.length == 2)
          .collect(Collectors.toMap(line -> line[0], line -> line[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The number of changes since the leader's election, from a member's counters: the lower half of
   * the zxid. Each change is one log entry.
   */
  public static long changes(Map<String, String> counters) {
    return Long.decode(counters.get("Zxid")) & 0xffff_ffffL;
  }

  @Override
  public long logEntries(List<Member> cluster) {
    return cluster.stream().mapToLong(m -> changes(counters(m.client()))).max().orElseThrow();
  }

  private static Path configure(Member member, List<Member> cluster, Path directory)
      throws IOException {
    Path data = Files.createDirectories(directory.resolve(member.name()));
    List<String> lines = new ArrayList<>();
    lines.add("dataDir=" + data);
    lines.add("clientPortAddress=" + member.client().host());
    lines.add("clientPort=" + member.client().port());
    // The values of ZooKeeper's sample configuration.
    lines.addAll(List.of("tickTime=2000", "initLimit=10", "syncLimit=5"));
    lines.addAll(
        List.of("maxClientCnxns=0", "admin.enableServer=false", "4lw.commands.whitelist=srvr"));
    if (cluster.size() > 1) {
      for (int i = 0; i < cluster.size(); i++) {
        Member one = cluster.get(i);
        lines.add("server.%d=%s:%d".formatted(i + 1, one.peer(), one.election().port()));
      }
      Files.writeString(data.resolve("myid"), Integer.toString(cluster.indexOf(member) + 1));
    }
    return Files.write(directory.resolve(member.name() + ".cfg"), lines);
  }
}
