package io.metastore.server.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.core.node.SpaceConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages are copied from runs of etcd 3.7.3, for all cases that etcd has. */
class ConfigurationTest {
  @Test
  void withoutFlagsEverythingIsEtcdsDefault() throws Exception {
    ServerConfig config = config("");
    assertThat(config.name()).isEqualTo("default");
    assertThat(config.dataDirectory()).isEqualTo(Path.of("default.etcd"));
    assertThat(config.listenPeerUrls())
        .extracting(EtcdUrl::text)
        .containsExactly("http://localhost:2380");
    assertThat(config.listenClientUrls())
        .extracting(EtcdUrl::text)
        .containsExactly("http://localhost:2379");
    assertThat(config.advertisePeerUrls()).isEqualTo(config.listenPeerUrls());
    assertThat(config.advertiseClientUrls()).isEqualTo(config.listenClientUrls());
    assertThat(place(config).cluster().members()).hasSize(1);
    assertThat(place(config).cluster().state()).isEqualTo(InitialCluster.State.NEW);
    assertThat(config.heartbeatMs()).isEqualTo(100);
    assertThat(config.electionTimeoutMs()).isEqualTo(1000);
    assertThat(config.snapshotCount()).isEqualTo(10_000);
    assertThat(config.catchupEntries()).isEqualTo(5000);
    assertThat(config.maxTxnOps()).isEqualTo(128);
    assertThat(config.maxRequestBytes()).isEqualTo(1_572_864);
    assertThat(config.watchProgressInterval()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.space()).isEqualTo(SpaceConfig.DEFAULT);
    assertThat(config.warningApplyDuration()).isEqualTo(Duration.ofMillis(100));
    assertThat(config.warningUnaryRequestDuration()).isEqualTo(Duration.ofMillis(300));
    assertThat(read("").logConfig().level()).isEqualTo(LogLevel.INFO);
  }

  @ParameterizedTest
  @CsvSource({"0, PT10M", "0s, PT10M", "-1s, PT10M", "5s, PT5S", "1ms, PT0.1S"})
  void watchesProgressIsNotToldTooOften(String given, Duration interval) throws Exception {
    assertThat(config("--watch-progress-notify-interval=" + given).watchProgressInterval())
        .isEqualTo(interval);
  }

  @Test
  void defaultClusterHasTheIdsOfEtcd() throws Exception {
    ServerConfig config = config("");
    assertThat(Long.toHexString(place(config).self().id())).isEqualTo("8e9e05c52164694d");
    assertThat(Long.toHexString(place(config).cluster().id())).isEqualTo("cdf818194e3a8c32");
  }

  @ParameterizedTest
  @CsvSource({
    "--name m1, m1",
    "-name m1, m1",
    "--name=m1, m1",
    "-name=m1, m1",
    "--name a --name b, b",
    "--name=, ''",
    "--debug --name m1, m1",
    "--debug=false --name m1, m1",
    "--name --debug, --debug"
  })
  void flagsAreParsedAsInGo(String line, String name) throws Exception {
    assertThat(config(line + " --initial-cluster=" + name + "=http://localhost:2380").name())
        .isEqualTo(name);
  }

  @Test
  void everyFlagOfAStaticClusterIsRead() throws Exception {
    ServerConfig config =
        config(
            "--name b --data-dir /var/lib/b --listen-peer-urls http://10.0.0.2:2380"
                + " --listen-client-urls http://127.0.0.1:2379,http://10.0.0.2:2379"
                + " --initial-advertise-peer-urls http://10.0.0.2:2380"
                + " --advertise-client-urls http://b.example:2379"
                + " --initial-cluster a=http://10.0.0.1:2380,b=http://10.0.0.2:2380"
                + " --initial-cluster-state existing --initial-cluster-token t"
                + " --heartbeat-interval 50 --election-timeout 0x1f4 --snapshot-count 7"
                + " --max-txn-ops 1 --max-request-bytes 2"
                + " --experimental-watch-progress-notify-interval=5s");
    assertThat(config.dataDirectory()).isEqualTo(Path.of("/var/lib/b"));
    assertThat(config.listenClientUrls())
        .extracting(EtcdUrl::authority)
        .containsExactly("10.0.0.2:2379", "127.0.0.1:2379");
    assertThat(place(config).cluster().state()).isEqualTo(InitialCluster.State.EXISTING);
    assertThat(place(config).cluster().members())
        .extracting(InitialCluster.Member::name)
        .containsExactly("a", "b");
    assertThat(place(config).self().name()).isEqualTo("b");
    assertThat(config.heartbeatMs()).isEqualTo(50);
    assertThat(config.electionTimeoutMs()).isEqualTo(500);
    assertThat(config.snapshotCount()).isEqualTo(7);
    assertThat(config.maxTxnOps()).isEqualTo(1);
    assertThat(config.maxRequestBytes()).isEqualTo(2);
    assertThat(config.watchProgressInterval()).isEqualTo(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @CsvSource({
    "http://etcd_1:2380, etcd_1, 2380",
    "http://[::1]:2380, ::1, 2380",
    "http://10.0.0.1:80, 10.0.0.1, 80"
  })
  void urlsAcceptTheSameHostsAsGo(String url, String host, int port) throws Exception {
    ServerConfig config = config("--advertise-client-urls=" + url);
    assertThat(config.advertiseClientUrls().get(0).host()).isEqualTo(host);
    assertThat(config.advertiseClientUrls().get(0).port()).isEqualTo(port);
  }

  /** etcd panics here, with the same exit code. */
  @Test
  void unknownLogLevelIsAUsageError() {
    assertThatThrownBy(() -> read("--log-level=foo"))
        .isInstanceOf(UsageError.class)
        .hasMessage("invalid value \"foo\" for flag -log-level: unrecognized level: \"foo\"");
  }

  @ParameterizedTest
  @CsvSource({"0, 2147483648", "-1, -1", "-5, -5", "16777216, 16777216"})
  void quotaOfZeroMeansTheDefaultAndANegativeOneMeansNone(String text, long bytes)
      throws Exception {
    assertThat(config("--quota-backend-bytes " + text).space().quotaBytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "--auto-compaction-retention=0, Off[]",
    "--auto-compaction-retention=0s, Off[]",
    "--auto-compaction-retention=10, Periodic[age=PT10H]",
    "--auto-compaction-retention=90s, Periodic[age=PT1M30S]",
    "--auto-compaction-mode=revision, Off[]",
    "--auto-compaction-mode=revision --auto-compaction-retention=1000, ByRevision[revisions=1000]",
    "--auto-compaction-mode=revision --auto-compaction-retention=1us, ByRevision[revisions=1000]"
  })
  void compactionsRetentionDependsOnItsMode(String line, String expected) throws Exception {
    assertThat(config(line).space().autoCompaction()).hasToString(expected);
  }

  @Test
  void olderNamesOfCompactionAndWarningFlagsAreAccepted() throws Exception {
    ServerConfig config =
        config(
            "--experimental-compaction-batch-limit=7 --experimental-compaction-sleep-interval=3ms"
                + " --experimental-warning-apply-duration=1s"
                + " --experimental-warning-unary-request-duration=2s");
    assertThat(config.space().compactionBatchLimit()).isEqualTo(7);
    assertThat(config.space().compactionSleepMs()).isEqualTo(3);
    assertThat(config.warningApplyDuration()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.warningUnaryRequestDuration()).isEqualTo(Duration.ofSeconds(2));
  }

  @ParameterizedTest
  @CsvSource({
    "--auto-compaction-mode=, undefined auto-compaction-mode",
    "--auto-compaction-mode=daily, unknown auto-compaction-mode \"daily\"",
    "--auto-compaction-retention=x, error parsing CompactionRetention: time: invalid duration \"x\""
  })
  void invalidCompactionSettingsAreRefused(String line, String error) {
    assertThatThrownBy(() -> config(line))
        .isInstanceOfSatisfying(ConfigError.class, e -> assertThat(e.fact()).isEqualTo(error));
  }

  @Test
  void logLevelIsKnownBeforeOtherFlagsAreParsed() throws Exception {
    assertThat(read("--log-level warn").logConfig().level()).isEqualTo(LogLevel.WARN);
  }

  @Test
  void dataDirectoryFollowsTheName() throws Exception {
    assertThat(config("--name m1").dataDirectory()).isEqualTo(Path.of("m1.etcd"));
  }

  // --- configuration errors: exit code 1
  // ----------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--heartbeat-interval=1000 | --election-timeout[1000ms] should be at least as 5 times as --heartbeat-interval[1000ms]",
        "--heartbeat-interval=0 | --heartbeat-interval must be >0 (set to 0ms)",
        "--election-timeout=0 | --election-timeout must be >0 (set to 0ms)",
        "--election-timeout=60000 | --election-timeout[60000ms] is too long, and should be set less than 50000ms",
        "--listen-client-urls=http://127.0.0.1:1 | --advertise-client-urls is required when --listen-client-urls is set explicitly",
        "--advertise-client-urls=http://a:1 --listen-client-urls=http://example.com:1 | expected IP in URL for binding (http://example.com:1)",
        "--name=a extra --name=b | \"extra\" is not a valid flag",
        "--name=a -- --name=b | \"--name=b\" is not a valid flag",
        "--listen-peer-urls=https://127.0.0.1:1,http://127.0.0.1:2 | --listen-peer-urls: the URLs must all be http or all be https (https://127.0.0.1:1)",
        "--listen-peer-urls=unix://m | --listen-peer-urls: members cannot connect to each other over Unix sockets (unix://m)",
        "--max-request-bytes=99999999999 | --max-request-bytes[99999999999] is too large"
      })
  void errorsNameTheInvalidSetting(String line, String error) {
    assertThatThrownBy(() -> config(line))
        .isInstanceOfSatisfying(
            ConfigError.class,
            failure -> {
              assertThat(failure.getMessage()).isEqualTo("failed to verify flags");
              assertThat(failure.factName()).isEqualTo("error");
              assertThat(failure.fact()).isEqualTo(error);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a=http://localhost:2380 | couldn't find local name \"default\" in the initial cluster configuration",
        "'' | couldn't find local name \"default\" in the initial cluster configuration",
        "default=http://127.0.0.1:32381 | --initial-cluster has default=http://127.0.0.1:32381 but missing from --initial-advertise-peer-urls=http://localhost:2380",
        "garbage | error setting up initial cluster: URL scheme must be http, https, unix, or unixs: ",
        "default=http://localhost:2380,a=unix://b:1 | --initial-cluster: members cannot connect to each other over Unix sockets (unix://b:1)",
        "default=http://localhost:2380,a=http://localhost:2380 | initial cluster a=http://localhost:2380,default=http://localhost:2380 has duplicate url"
      })
  void clusterWithoutThisMemberIsRefused(String cluster, String error) {
    assertThatThrownBy(() -> config("--initial-cluster=" + cluster))
        .isInstanceOfSatisfying(
            ConfigError.class,
            failure -> {
              assertThat(failure.getMessage()).isEqualTo("discovery failed");
              assertThat(failure.fact().strip()).isEqualTo(error.strip());
            });
  }

  @Test
  void ownUrlMayBeWrittenInTwoWays() throws Exception {
    assertThat(place(config("--initial-cluster=default=http://127.0.0.1:2380")).self().name())
        .isEqualTo("default");
  }

  /**
   * As in etcd, these flags are not even checked: values that are refused at a first start are
   * accepted here.
   */
  @Test
  void aRestartedMemberNeedsNoClusterFlags(@TempDir Path directory) throws Exception {
    String first =
        "--data-dir=%s --name=b --initial-advertise-peer-urls=http://127.0.0.1:2,http://127.0.0.1:3"
                .formatted(directory)
            + " --initial-cluster=a=http://127.0.0.1:1,b=http://127.0.0.1:2,b=http://127.0.0.1:3"
            + " --initial-cluster-token=t";
    ServerConfig before = config(first);
    StoredCluster.write(directory, place(before));
    ServerConfig again =
        config("--data-dir=%s --name=renamed --initial-cluster=garbage".formatted(directory));
    assertThat(place(again).self()).isEqualTo(place(before).self());
    assertThat(place(again).cluster().members()).isEqualTo(place(before).cluster().members());
    assertThat(place(again).cluster().id()).isEqualTo(place(before).cluster().id());
    assertThat(place(again).cluster().state()).isEqualTo(InitialCluster.State.STORED);
    assertThat(again.name()).isEqualTo("renamed");
  }

  @Test
  void errorsNameADamagedClusterFile(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("cluster"), "member-id=1\ninitial-cluster=\n");
    assertThatThrownBy(() -> config("--data-dir=" + directory))
        .isInstanceOfSatisfying(
            ConfigError.class,
            failure ->
                assertThat(failure.fact()).isEqualTo("damaged: " + directory.resolve("cluster")));
  }

  // --- environment
  // ----------------------------------------------------------------------------------

  @Test
  void environmentVariablesSetFlagsAndAreReported() throws Exception {
    Configuration configuration =
        Configuration.read(
            StartedAs.ETCD,
            List.of(),
            Map.of("ETCD_NAME", "m1", "ETCD_DATA_DIR", "", "HOME", "/root"));
    assertThat(configuration.serverConfig().name()).isEqualTo("m1");
    assertThat(configuration.serverConfig().dataDirectory()).isEqualTo(Path.of("m1.etcd"));
    assertThat(configuration.variablesUsed()).containsExactly(Map.entry("ETCD_NAME", "m1"));
    assertThat(configuration.unknownVariables()).isEmpty();
  }

  @Test
  void environmentAndCommandLineTogetherAreAConflict() {
    assertThatThrownBy(
            () -> Configuration.read(StartedAs.ETCD, List.of("--name=y"), Map.of("ETCD_NAME", "x")))
        .isInstanceOfSatisfying(
            ConfigError.class,
            failure -> {
              assertThat(failure.getMessage())
                  .startsWith("conflicting environment variable is shadowed");
              assertThat(failure.factName()).isEqualTo("environment-variable");
              assertThat(failure.fact()).isEqualTo("ETCD_NAME");
            });
  }

  @Test
  void errorsNameAnInvalidVariable() {
    assertThatThrownBy(
            () ->
                Configuration.read(
                    StartedAs.ETCD, List.of(), Map.of("ETCD_HEARTBEAT_INTERVAL", "abc")))
        .isInstanceOfSatisfying(
            ConfigError.class,
            failure ->
                assertThat(failure.fact())
                    .isEqualTo("invalid value \"abc\" for ETCD_HEARTBEAT_INTERVAL: parse error"));
  }

  @Test
  void unknownVariableIsOnlyReported() throws Exception {
    Configuration configuration =
        Configuration.read(
            StartedAs.ETCD,
            List.of(),
            Map.of("ETCD_FOO", "bar", "ETCDCTL_API", "3", "ETCD_UNSUPPORTED_ARCH", "arm"));
    assertThat(configuration.unknownVariables()).containsExactly("ETCD_FOO=bar");
    assertThat(configuration.serverConfig().name()).isEqualTo("default");
  }

  @Test
  void flagsWithoutEffectAreReportedWithTheReason() throws Exception {
    Configuration configuration =
        Configuration.read(
            StartedAs.ETCD,
            words(
                "--max-wals=5 --debug --vv --backend-batch-limit 3"
                    + " --experimental-stop-grpc-service-on-defrag=true"),
            Map.of());
    assertThat(configuration.ignored())
        .containsOnlyKeys(
            "debug", "vv", "backend-batch-limit", "feature-gates StopGRPCServiceOnDefrag")
        .containsEntry("backend-batch-limit", "Keys are stored in RocksDB, not in bbolt.");
  }

  @Test
  void etcd34HasAFlagForDebugging() throws Exception {
    Configuration old = read("--debug --log-level warn --compat-version 3.4.23");
    assertThat(old.logConfig().level()).isEqualTo(LogLevel.DEBUG);
    assertThat(old.ignored()).isEmpty();
    Configuration now = read("--debug --log-level warn");
    assertThat(now.logConfig().level()).isEqualTo(LogLevel.WARN);
    assertThat(now.ignored()).containsOnlyKeys("debug");
  }

  @Test
  void usageNamesEveryFlagThatWorks() {
    assertThat(Usage.flags())
        .contains("--initial-cluster-token 'etcd-cluster'", "--max-txn-ops '128'")
        .doesNotContain("--max-wals '");
  }

  private static Place place(ServerConfig config) {
    return requireNonNull(config.place(), "place");
  }

  private static ServerConfig config(String line) throws Exception {
    return read(line).serverConfig();
  }

  @Test
  void onlyMetastoreServeOpensZookeepersPortByDefault() throws Exception {
    assertThat(zookeeperUrls(StartedAs.ETCD, List.of())).isEmpty();
    assertThat(zookeeperUrls(StartedAs.METASTORE, List.of()))
        .extracting(EtcdUrl::text)
        .containsExactly("tcp://localhost:2181");
    assertThat(zookeeperUrls(StartedAs.METASTORE, List.of("--listen-zookeeper-urls="))).isEmpty();
  }

  private static List<EtcdUrl> zookeeperUrls(StartedAs command, List<String> words)
      throws Exception {
    return Configuration.read(command, words, Map.of()).serverConfig().zookeeper().listenUrls();
  }

  private static Configuration read(String line) throws Exception {
    return Configuration.read(StartedAs.ETCD, words(line), Map.of());
  }

  private static List<String> words(String line) {
    return line.isBlank() ? List.of() : List.of(line.strip().split("\\s+"));
  }
}
