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
 * @param commands the enabled four-letter words
 * @param enforcesQuotas whether changes that exceed a quota's hard limit are refused
 */
public record ZookeeperSettings(
    String version,
    int sessionTimeoutMsMin,
    int sessionTimeoutMsMax,
    int packetBytesMax,
    int connectionsPerAddressMax,
    Set<String> commands,
    AuthenticationSettings authentication,
    boolean enforcesQuotas,
    SessionRules sessions,
    ReconfigRules reconfig) {
  /** The version of ZooKeeper that is imitated. */
  private static final String VERSION = "3.9.5-metastore, built on 2026-11-29 00:00 UTC";

  public ZookeeperSettings {
    requireNonNull(version, "version");
    requireNonNull(authentication, "authentication");
    requireNonNull(sessions, "sessions");
    requireNonNull(reconfig, "reconfig");
    commands = Set.copyOf(commands);
  }

  /** ZooKeeper's defaults for a tick time of two seconds, except for the given values. */
  public static ZookeeperSettings of(
      int connectionsPerAddressMax,
      Set<String> commands,
      AuthenticationSettings authentication,
      boolean enforcesQuotas) {
    return new ZookeeperSettings(
        VERSION,
        4000,
        40_000,
        0xfffff,
        connectionsPerAddressMax,
        commands,
        authentication,
        enforcesQuotas,
        SessionRules.DEFAULT,
        ReconfigRules.DEFAULT);
  }

  /** The same settings with other rules and limits of timeouts for sessions. */
  public ZookeeperSettings withSessions(SessionRules rules, int msMin, int msMax) {
    return new ZookeeperSettings(
        version,
        msMin,
        msMax,
        packetBytesMax,
        connectionsPerAddressMax,
        commands,
        authentication,
        enforcesQuotas,
        rules,
        reconfig);
  }

  /** The same settings with other rules for changes of the members. */
  public ZookeeperSettings withReconfig(ReconfigRules rules) {
    return new ZookeeperSettings(
        version,
        sessionTimeoutMsMin,
        sessionTimeoutMsMax,
        packetBytesMax,
        connectionsPerAddressMax,
        commands,
        authentication,
        enforcesQuotas,
        sessions,
        rules);
  }

  int agreedTimeoutMs(int askedMs) {
    return Math.max(sessionTimeoutMsMin, Math.min(askedMs, sessionTimeoutMsMax));
  }
}
