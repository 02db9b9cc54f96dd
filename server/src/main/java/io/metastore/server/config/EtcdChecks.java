package io.metastore.server.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The checks that etcd makes after all flags are read, in its order and with its messages.
 *
 * <p>Source: {@code validate} of etcd's {@code etcdmain/config.go}, {@code Validate} of {@code
 * embed/config.go}.
 */
final class EtcdChecks {
  private static final long ELECTION_TIMEOUT_MS_MAX = 50_000;
  private static final long SAMPLES_PER_MILLION_MAX = 1_000_000;
  private static final List<String> TLS_VERSIONS = List.of("", "TLS1.2", "TLS1.3");

  private final Values values;

  private EtcdChecks(Values values) {
    this.values = values;
  }

  /**
   * @throws ConfigError for the first error
   */
  static void run(Values values, boolean fromFile) throws ConfigError {
    EtcdChecks checks = new EtcdChecks(values);
    checks.fallback();
    checks.urls();
    checks.bootstrap();
    checks.timing();
    if (!fromFile) {
      checks.advertisedClientUrls();
    }
    checks.keepAlive();
    checks.features();
    checks.tls();
  }

  private void fallback() throws ConfigError {
    if (values.text(EtcdFlags.DISCOVERY_FALLBACK).equals("proxy")) {
      throw ConfigError.notVerified(
          "v2 proxy is deprecated, and --discovery-fallback can't be configured as \"proxy\"");
    }
  }

  private void urls() throws ConfigError {
    bindable(EtcdFlags.LISTEN_PEER_URLS);
    bindable(EtcdFlags.LISTEN_CLIENT_URLS);
    bindable(EtcdFlags.LISTEN_CLIENT_HTTP_URLS);
    bindable(EtcdFlags.LISTEN_METRICS_URLS);
    reachable(EtcdFlags.INITIAL_ADVERTISE_PEER_URLS, "must be \"host:port\"");
    reachable(
        EtcdFlags.ADVERTISE_CLIENT_URLS,
        "must be in the format \"host:port\", \"unix:/path/to/socket\" or"
            + " \"unixs:/path/to/socket\"");
  }

  private void bindable(String flag) throws ConfigError {
    for (EtcdUrl url : values.urls(flag)) {
      if (!url.isBindable()) {
        throw ConfigError.notVerified("expected IP in URL for binding (" + url + ")");
      }
    }
  }

  private void reachable(String flag, String demand) throws ConfigError {
    List<EtcdUrl> urls = values.urls(flag);
    for (EtcdUrl url : urls) {
      if (!url.isUnix() && url.host().isEmpty()) {
        throw ConfigError.notVerified(
            "--%s \"%s\" %s (unexpected empty host (%s))"
                .formatted(flag, EtcdUrl.join(urls), demand, url));
      }
    }
  }

  private void bootstrap() throws ConfigError {
    List<String> endpoints = values.names(EtcdFlags.DISCOVERY_ENDPOINTS);
    List<Boolean> ways = new ArrayList<>();
    ways.add(!values.text(EtcdFlags.INITIAL_CLUSTER).isEmpty());
    ways.add(!values.text(EtcdFlags.DISCOVERY_SRV).isEmpty());
    ways.add(!endpoints.isEmpty());
    if (ways.stream().filter(way -> way).count() > 1) {
      throw ConfigError.notVerified(
          "multiple discovery or bootstrap flags are set. Choose one of \"initial-cluster\","
              + " \"discovery-endpoints\" or \"discovery-srv\"");
    }
    if (values.text(EtcdFlags.DISCOVERY_TOKEN).isEmpty() != endpoints.isEmpty()) {
      throw ConfigError.notVerified("both --discovery-token and --discovery-endpoints must be set");
    }
    if (endpoints.stream().anyMatch(String::isBlank)) {
      throw ConfigError.notVerified("--discovery-endpoints must not contain empty endpoints");
    }
  }

  private void timing() throws ConfigError {
    long heartbeatMs = values.number(EtcdFlags.HEARTBEAT_INTERVAL);
    long electionMs = values.number(EtcdFlags.ELECTION_TIMEOUT);
    if (heartbeatMs == 0) {
      throw ConfigError.notVerified("--heartbeat-interval must be >0 (set to 0ms)");
    }
    if (electionMs == 0) {
      throw ConfigError.notVerified("--election-timeout must be >0 (set to 0ms)");
    }
    // Not written as a product, which could overflow.
    if (heartbeatMs > electionMs / 5) {
      throw ConfigError.notVerified(
          "--election-timeout[%sms] should be at least as 5 times as --heartbeat-interval[%sms]"
              .formatted(electionMs, heartbeatMs));
    }
    if (electionMs > ELECTION_TIMEOUT_MS_MAX) {
      throw ConfigError.notVerified(
          "--election-timeout[%sms] is too long, and should be set less than %sms"
              .formatted(electionMs, ELECTION_TIMEOUT_MS_MAX));
    }
  }

  private void advertisedClientUrls() throws ConfigError {
    if (values.isSet(EtcdFlags.LISTEN_CLIENT_URLS)
        && !values.isSet(EtcdFlags.ADVERTISE_CLIENT_URLS)) {
      throw ConfigError.notVerified(
          "--advertise-client-urls is required when --listen-client-urls is set explicitly");
    }
  }

  /** Not a check of etcd, which passes invalid values on to grpc-go. */
  private void keepAlive() throws ConfigError {
    for (String flag :
        List.of(
            EtcdFlags.GRPC_KEEPALIVE_MIN_TIME,
            EtcdFlags.GRPC_KEEPALIVE_INTERVAL,
            EtcdFlags.GRPC_KEEPALIVE_TIMEOUT)) {
      if (values.duration(flag).isNegative()) {
        throw ConfigError.notVerified("--" + flag + " must not be negative");
      }
    }
  }

  private void features() throws ConfigError {
    String mode = values.text(EtcdFlags.AUTO_COMPACTION_MODE);
    if (mode.isEmpty()) {
      throw ConfigError.notVerified("undefined auto-compaction-mode");
    }
    if (!mode.equals("periodic") && !mode.equals("revision")) {
      throw ConfigError.notVerified("unknown auto-compaction-mode \"" + mode + '"');
    }
    long samples = values.number(EtcdFlags.DISTRIBUTED_TRACING_SAMPLING_RATE);
    if (values.isOn(EtcdFlags.ENABLE_DISTRIBUTED_TRACING)
        && (samples < 0 || samples > SAMPLES_PER_MILLION_MAX)) {
      throw ConfigError.notVerified(
          "distributed tracing configurition is not valid: (tracing sampling rate must be %s)"
              .formatted(samples < 0 ? "positive" : "less than " + SAMPLES_PER_MILLION_MAX));
    }
    FeatureGates gates = values.featureGates();
    if (gates.isOn(FeatureGate.LEASE_CHECKPOINT_PERSIST)
        && !gates.isOn(FeatureGate.LEASE_CHECKPOINT)) {
      throw ConfigError.notVerified(
          "enabling feature gate LeaseCheckpointPersist requires enabling feature gate"
              + " LeaseCheckpoint");
    }
    Duration hashCheckTime = values.duration(EtcdFlags.COMPACT_HASH_CHECK_TIME);
    if (hashCheckTime.isNegative() || hashCheckTime.isZero()) {
      throw ConfigError.notVerified(
          "--compact-hash-check-time must be >0 (set to %s)"
              .formatted(GoDuration.text(hashCheckTime)));
    }
  }

  private void tls() throws ConfigError {
    String min = values.text(EtcdFlags.TLS_MIN_VERSION);
    String max = values.text(EtcdFlags.TLS_MAX_VERSION);
    for (String version : List.of(min, max)) {
      if (!TLS_VERSIONS.contains(version)) {
        throw ConfigError.notVerified(
            "unexpected TLS version \"%s\" (must be one of: TLS1.2, TLS1.3)".formatted(version));
      }
    }
    if (!max.isEmpty() && min.compareTo(max) > 0) {
      throw ConfigError.notVerified(
          "min version (%s) is greater than max version (%s)".formatted(min, max));
    }
    if (min.equals("TLS1.3") && !values.names(EtcdFlags.CIPHER_SUITES).isEmpty()) {
      throw ConfigError.notVerified(
          "cipher suites cannot be configured when only TLS1.3 is enabled");
    }
  }
}
