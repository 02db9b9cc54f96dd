package io.metastore.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The flags in the log line "starting an etcd server", with etcd's names and in etcd's order.
 *
 * <p>Source: {@code print} in etcd's {@code embed/etcd.go}.
 */
final class StartFacts {
  private static final long QUOTA_BYTES_DEFAULT = 2L << 30;

  private final Values values;
  private final Duration retention;
  private final Map<String, Object> facts = new LinkedHashMap<>();

  private StartFacts(Values values, Duration retention) {
    this.values = values;
    this.retention = retention;
  }

  /**
   * @param retention of automatic compaction, as etcd reads it
   */
  static Map<String, Object> of(Values values, Path dataDirectory, Duration retention) {
    StartFacts start = new StartFacts(values, retention);
    start.member(dataDirectory);
    start.cluster();
    start.features();
    start.discovery();
    start.text("downgrade-check-interval", "downgrade-check-time");
    start.number(EtcdFlags.MAX_LEARNERS);
    start.text("v2-deprecation");
    return start.facts;
  }

  private void member(Path dataDirectory) {
    text(EtcdFlags.NAME);
    facts.put(EtcdFlags.DATA_DIR, dataDirectory);
    text(EtcdFlags.WAL_DIR);
    text("wal-dir-dedicated", EtcdFlags.WAL_DIR);
    facts.put("force-new-cluster", values.isOn(EtcdFlags.FORCE_NEW_CLUSTER));
    milliseconds(EtcdFlags.HEARTBEAT_INTERVAL);
    milliseconds(EtcdFlags.ELECTION_TIMEOUT);
    facts.put("initial-election-tick-advance", values.isOn("initial-election-tick-advance"));
    number(EtcdFlags.SNAPSHOT_COUNT);
    number("max-wals");
    number("max-snapshots");
    number(EtcdFlags.SNAPSHOT_CATCHUP_ENTRIES);
    urls(EtcdFlags.INITIAL_ADVERTISE_PEER_URLS);
    urls(EtcdFlags.LISTEN_PEER_URLS);
    urls(EtcdFlags.ADVERTISE_CLIENT_URLS);
    urls(EtcdFlags.LISTEN_CLIENT_URLS);
    urls(EtcdFlags.LISTEN_METRICS_URLS);
    // etcd's source address for connections to other members, behind a feature gate.
    facts.put("local-address", "");
    facts.put(EtcdFlags.CORS, values.names(EtcdFlags.CORS));
    facts.put(EtcdFlags.HOST_WHITELIST, values.names(EtcdFlags.HOST_WHITELIST));
  }

  private void cluster() {
    text(EtcdFlags.INITIAL_CLUSTER);
    text(EtcdFlags.INITIAL_CLUSTER_STATE);
    text(EtcdFlags.INITIAL_CLUSTER_TOKEN);
    long quotaBytes = values.number("quota-backend-bytes");
    facts.put("quota-backend-bytes", quotaBytes == 0 ? QUOTA_BYTES_DEFAULT : quotaBytes);
    number(EtcdFlags.MAX_REQUEST_BYTES);
    number("max-concurrent-streams");
    facts.put("pre-vote", values.isOn("pre-vote"));
  }

  private void features() {
    FeatureGates gates = values.featureGates();
    facts.put(EtcdFlags.FEATURE_GATES, gates.toString());
    facts.put("initial-corrupt-check", gates.isOn(FeatureGate.INITIAL_CORRUPT_CHECK));
    text("corrupt-check-time-interval", EtcdFlags.CORRUPT_CHECK_TIME);
    text("compact-check-time-interval", EtcdFlags.COMPACT_HASH_CHECK_TIME);
    text(EtcdFlags.AUTO_COMPACTION_MODE);
    facts.put(EtcdFlags.AUTO_COMPACTION_RETENTION, GoDuration.text(retention));
    facts.put("auto-compaction-interval", GoDuration.text(retention));
  }

  private void discovery() {
    text(EtcdFlags.DISCOVERY_TOKEN);
    facts.put(
        EtcdFlags.DISCOVERY_ENDPOINTS,
        String.join(",", values.names(EtcdFlags.DISCOVERY_ENDPOINTS)));
    for (String name : List.of("dial-timeout", "request-timeout", "keepalive-time")) {
      text("discovery-" + name);
    }
    text("discovery-keepalive-timeout");
    facts.put("discovery-insecure-transport", values.isOn("discovery-insecure-transport"));
    facts.put(
        "discovery-insecure-skip-tls-verify", values.isOn("discovery-insecure-skip-tls-verify"));
    for (String name : List.of("cert", "key", "cacert", "user")) {
      text("discovery-" + name);
    }
  }

  private void text(String flag) {
    text(flag, flag);
  }

  private void text(String key, String flag) {
    facts.put(
        key,
        EtcdFlags.get(flag).type() == FlagType.DURATION
            ? GoDuration.text(values.duration(flag))
            : values.text(flag));
  }

  private void number(String flag) {
    facts.put(flag, values.number(flag));
  }

  private void milliseconds(String flag) {
    facts.put(flag, GoDuration.text(Duration.ofMillis(values.number(flag))));
  }

  private void urls(String flag) {
    facts.put(flag, values.urls(flag));
  }
}
