package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * How ZooKeeper's clients are served.
 *
 * @param version as clients and scripts are told it
 * @param sessionTimeoutMsMin shortest session timeout that a client is given
 * @param sessionTimeoutMsMax longest
 * @param packetBytesMax the largest packet that a client may send
 * @param connectionsPerAddressMax of one client address; 0 for no limit
 * @param superDigest {@code user:hash} of the administrator, who may do everything; empty for none
 * @param commands the four-letter words that are answered
 */
public record ZookeeperSettings(
    String version,
    int sessionTimeoutMsMin,
    int sessionTimeoutMsMax,
    int packetBytesMax,
    int connectionsPerAddressMax,
    String superDigest,
    Set<String> commands) {
  /** The newest version of ZooKeeper that is answered for. */
  private static final String VERSION = "3.9.4-metastore, built on 2026-11-29 00:00 UTC";

  public ZookeeperSettings {
    requireNonNull(version, "version");
    requireNonNull(superDigest, "superDigest");
    commands = Set.copyOf(commands);
  }

  /** What is not given is as ZooKeeper has it by default, for a tick of two seconds. */
  public static ZookeeperSettings of(
      int connectionsPerAddressMax, String superDigest, Set<String> commands) {
    return new ZookeeperSettings(
        VERSION, 4000, 40_000, 0xfffff, connectionsPerAddressMax, superDigest, commands);
  }

  int agreedTimeoutMs(int askedMs) {
    return Math.max(sessionTimeoutMsMin, Math.min(askedMs, sessionTimeoutMsMax));
  }
}
