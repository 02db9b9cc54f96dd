package io.metastore.core.node;

import io.metastore.core.command.ZookeeperServer;
import java.util.List;

/**
 * The servers in a member's {@code zoo.cfg}, from which the znode {@code /zookeeper/config} is
 * made.
 *
 * @param servers empty if there is no {@code zoo.cfg}, or it lists no servers
 * @param self the number of this member
 */
public record ZookeeperServers(List<ZookeeperServer> servers, long self) {
  public static final ZookeeperServers NONE = new ZookeeperServers(List.of(), 0);

  public ZookeeperServers {
    servers = List.copyOf(servers);
  }
}
