package io.metastore.bench.faults;

import java.time.Duration;
import java.util.List;

/**
 * A fault run.
 *
 * @param seed all choices of clients and faults follow from it; their effects also depend on the
 *     machine
 * @param members number of members
 * @param duration how long faults happen, in all rounds together
 * @param round how long they happen before everything is checked
 * @param mix the faults to choose from
 * @param etcdClients number of clients of etcd's API; 0 for none, also no watches and leases
 * @param nativeClients number of clients of the native API
 * @param zookeeperClients number of ZooKeeper clients; 0 for none, also no elections and watches
 */
public record RunSettings(
    long seed,
    int members,
    Duration duration,
    Duration round,
    List<Fault> mix,
    int etcdClients,
    int nativeClients,
    int zookeeperClients) {

  /** Checks the arguments and copies the list. */
  public RunSettings {
    mix = List.copyOf(mix);
    if (members < 1 || mix.isEmpty() || etcdClients + nativeClients + zookeeperClients < 1) {
      throw new IllegalArgumentException("a run needs members, faults and clients");
    }
  }
}
