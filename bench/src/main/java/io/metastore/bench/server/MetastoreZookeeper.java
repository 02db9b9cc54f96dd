package io.metastore.bench.server;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Metastore with ZooKeeper clients: the members' client addresses are those of the ZooKeeper ports.
 * etcd's port is the one that other servers use for elections, see {@link Member#election}.
 *
 * @param program Metastore's server program, which takes etcd's flags
 */
public record MetastoreZookeeper(ServerCommand program) implements ServerKind {

  /** Checks the argument. */
  public MetastoreZookeeper {
    requireNonNull(program, "program");
  }

  @Override
  public String name() {
    return program.name();
  }

  @Override
  public List<String> command(Member member, List<Member> cluster, Path directory) {
    List<Member> etcd = withEtcdPorts(cluster);
    List<String> line =
        new ArrayList<>(program.command(etcd.get(cluster.indexOf(member)), etcd, directory));
    line.add("--listen-zookeeper-urls=tcp://" + member.client());
    line.add("--zookeeper-max-client-connections=0");
    return line;
  }

  @Override
  public boolean serves(Endpoint client) {
    return ZooKeeperServer.isServing(client);
  }

  @Override
  public long logEntries(List<Member> cluster) {
    return program.logEntries(withEtcdPorts(cluster));
  }

  private static List<Member> withEtcdPorts(List<Member> cluster) {
    return cluster.stream()
        .map(
            m ->
                new Member(
                    m.name(),
                    /* client= */ m.election(),
                    m.peer(),
                    m.advertised(),
                    /* election= */ m.client()))
        .toList();
  }
}
