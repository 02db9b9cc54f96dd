package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * Settings for ZooKeeper clients.
 *
 * @param version reported to clients and scripts
 * @param sessionTimeoutMsMin the shortest session timeout granted
 * @param sessionTimeoutMsMax the longest session timeout granted
 * @param packetBytesMax the largest packet that a client may send
 * @param connectionsPerAddressMax per client address; 0 for no limit
 * @param superDigest {@code user:hash} of the super user, who has all permissions; empty for none
 * @param commands the enabled four-letter words
 */
public record ZookeeperSettings(
    String version,
    int sessionTimeoutMsMin,
    int sessionTimeoutMsMax,
    int packetBytesMax,
    int connectionsPerAddressMax,
    String superDigest,
    Set<String> commands) {
  /** The version of ZooKeeper that is imitated. */
  private static final String VERSION = "3.9.4-metastore, built on 2026-11-29 00:00 UTC";

  public ZookeeperSettings {
    requireNonNull(version, "version");
    requireNonNull(superDigest, "superDigest");
    commands = Set.copyOf(commands);
  }

  /** ZooKeeper's defaults for a tick time of two seconds, except for the given values. */
  public static ZookeeperSettings of(
      int connectionsPerAddressMax, String superDigest, Set<String> commands) {
    return new ZookeeperSettings(
        VERSION, 4000, 40_000, 0xfffff, connectionsPerAddressMax, superDigest, commands);
  }

  /** The same settings with other limits of session timeouts. */
  public ZookeeperSettings withSessionTimeouts(int msMin, int msMax) {
    return new ZookeeperSettings(
        version, msMin, msMax, packetBytesMax, connectionsPerAddressMax, superDigest, commands);
  }

  int agreedTimeoutMs(int askedMs) {
    return Math.max(sessionTimeoutMsMin, Math.min(askedMs, sessionTimeoutMsMax));
  }
}
