package io.metastore.adapter.zookeeper;

/**
 * Whether clients may change the members of the cluster, by {@code reconfig}.
 *
 * @param enabled false to refuse all such requests
 * @param twoVoters whether two voters must be left; in ZooKeeper, a single one would be a
 *     standalone server ({@code standaloneEnabled})
 */
public record ReconfigRules(boolean enabled, boolean twoVoters) {
  /** ZooKeeper's defaults. */
  public static final ReconfigRules DEFAULT = new ReconfigRules(false, true);
}
