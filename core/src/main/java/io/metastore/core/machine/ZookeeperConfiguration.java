package io.metastore.core.machine;

import io.metastore.core.command.Configuration;
import io.metastore.core.command.ZookeeperServer;
import io.metastore.core.tree.TreeChanges;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keeps the data of the znode {@code /zookeeper/config} equal to the members, whichever API changes
 * them. It lists the members that were started with a {@code zoo.cfg}. Called by the apply thread
 * after each change of the members.
 */
final class ZookeeperConfiguration {
  private ZookeeperConfiguration() {}

  static void update(ApplyContext context) {
    String servers = servers(MemberTable.configuration(context.writes()));
    // As in ZooKeeper, the servers that a cluster starts with are no change: they have version 0.
    boolean first = !servers.isEmpty() && TreeChanges.createFirstNodes(context.writes());
    TreeChanges changes =
        new TreeChanges(
            context.writes(),
            context.writes(),
            first ? 0 : context.revision() + 1,
            context.timeMs(),
            /* enforcesQuotas= */ false);
    changes.setServers(servers);
    if (!first && !changes.events().isEmpty()) {
      context.addTreeChange(changes.events());
      context.endCommand();
    }
  }

  private static String servers(Configuration configuration) {
    SortedMap<Long, String> lines = new TreeMap<>();
    for (Configuration.Member member : MemberTable.all(configuration)) {
      if (member.hasZookeeper()) {
        lines.putIfAbsent(member.getZookeeper().getNumber(), line(member));
      }
    }
    return String.join("", lines.values());
  }

  /** In the format of ZooKeeper's {@code QuorumServer}. */
  private static String line(Configuration.Member member) {
    ZookeeperServer server = member.getZookeeper();
    String peerUrl = MemberTable.peerUrls(member).get(0);
    String client =
        server.getClientPort() == 0
            ? ""
            : ";%s:%d".formatted(server.getClientHost(), server.getClientPort());
    return "server.%d=%s:%d:%s%s\n"
        .formatted(
            server.getNumber(),
            peerUrl.substring(peerUrl.indexOf("://") + "://".length()),
            server.getElectionPort(),
            member.getLearner() ? "observer" : "participant",
            client);
  }
}
