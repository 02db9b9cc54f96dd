package io.metastore.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.metastore.core.command.ZookeeperServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZooCfgTest {
  @TempDir Path directory;

  private final Properties system = new Properties();

  @Test
  void aSingleServerHasZookeepersPortsOnly() throws Exception {
    ZooCfg read = read("clientPort=2181", "tickTime=1000", "dataLogDir=/log");
    assertThat(read.flags())
        .containsEntry("data-dir", directory.resolve("metastore").toString())
        .containsEntry("wal-dir", "/log/metastore-log")
        .containsEntry("listen-zookeeper-urls", "tcp://0.0.0.0:2181")
        .containsEntry("listen-zookeeper-admin-urls", "http://0.0.0.0:8080")
        .containsEntry("listen-client-urls", "")
        .containsEntry("zookeeper-min-session-timeout", "2000")
        .containsEntry("zookeeper-max-session-timeout", "20000")
        .doesNotContainKeys("initial-cluster", "listen-zookeeper-metrics-urls");
    assertThat(read.logDirectory()).isEqualTo(Path.of("/log"));
  }

  @Test
  void serverLinesAreTheCluster() throws Exception {
    Files.writeString(directory.resolve("myid"), "2\n");
    ZooCfg read =
        read(
            "server.1=127.0.0.1:2888:3888;2181",
            "server.2=127.0.0.2:2889:3889:participant;127.0.0.3:2182",
            "server.3=127.0.0.3:2890:3890:observer");
    assertThat(read.flags())
        .containsEntry("name", "server.2")
        .containsEntry(
            "initial-cluster", "server.1=http://127.0.0.1:2888,server.2=http://127.0.0.2:2889")
        .containsEntry("initial-advertise-peer-urls", "http://127.0.0.2:2889")
        .containsEntry("listen-peer-urls", "http://127.0.0.2:2889")
        .containsEntry("listen-zookeeper-urls", "tcp://127.0.0.3:2182");
    assertThat(read.observes()).isFalse();
    assertThat(read.servers().self()).isEqualTo(2);
    assertThat(read.servers().servers())
        .extracting(
            ZookeeperServer::getNumber,
            ZookeeperServer::getPeerUrl,
            ZookeeperServer::getElectionPort,
            ZookeeperServer::getClientHost,
            ZookeeperServer::getClientPort)
        .containsExactly(
            tuple(1L, "http://127.0.0.1:2888", 3888, "0.0.0.0", 2181),
            tuple(2L, "http://127.0.0.2:2889", 3889, "127.0.0.3", 2182),
            tuple(3L, "http://127.0.0.3:2890", 3890, "", 0));
  }

  @Test
  void keysAreReadAsZookeeperReadsThem() throws Exception {
    system.setProperty("zookeeper.admin.serverPort", "9090");
    system.setProperty("metastore.listen-client-urls", "http://127.0.0.1:2379");
    ZooCfg read =
        read(
            "clientPort=2181",
            "clientPortAddress=127.0.0.1",
            "maxClientCnxns=7",
            "4lw.commands.whitelist=stat, ruok",
            "metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider",
            "metricsProvider.httpPort=7001",
            "ssl.keyStore.location=/key.pem",
            "autopurge.purgeInterval=1",
            "metastore.snapshot-count=77");
    assertThat(read.flags())
        .containsEntry("listen-zookeeper-urls", "tcp://127.0.0.1:2181")
        .containsEntry("zookeeper-max-client-connections", "7")
        .containsEntry("zookeeper-4lw-whitelist", "stat,ruok")
        .containsEntry("listen-zookeeper-admin-urls", "http://0.0.0.0:9090")
        .containsEntry("listen-zookeeper-metrics-urls", "http://0.0.0.0:7001")
        .containsEntry("listen-client-urls", "http://127.0.0.1:2379")
        .containsEntry("advertise-client-urls", "http://127.0.0.1:2379")
        .containsEntry("snapshot-count", "77");
    assertThat(read.properties()).containsEntry("zookeeper.ssl.keyStore.location", "/key.pem");
    assertThat(read.ignored()).containsOnlyKeys("autopurge.purgeInterval");
  }

  @Test
  void dynamicConfigurationIsReadToo() throws Exception {
    Path dynamic =
        Files.writeString(
            directory.resolve("dyn"), "server.1=127.0.0.1:2888:3888;2181\nversion=10f");
    ZooCfg read = read("dynamicConfigFile=" + dynamic);
    assertThat(read.flags())
        .containsEntry("initial-cluster", "server.1=http://127.0.0.1:2888")
        .containsEntry("listen-zookeeper-urls", "tcp://0.0.0.0:2181");
  }

  @Test
  void theArgumentsOfASingleServerAreAccepted() throws Exception {
    ZooCfg read = ZooCfg.of(List.of("2181", "/data", "1000"), system);
    assertThat(read.flags())
        .containsEntry("data-dir", "/data/metastore")
        .containsEntry("zookeeper-tick-time", "1000");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "clientPort=x | clientPort is not a number: x",
        "clientPortAddress=127.0.0.1 | clientPortAddress is set but clientPort is not set",
        "minSessionTimeout=99999 | minSessionTimeout must not be longer than maxSessionTimeout",
        "server.1=host:2888 | host:2888 does not have the form server_config",
        "group.1=1:2 | groups and weights of servers are not supported: group.1",
        "sslQuorum=true | sslQuorum is not supported",
        "metastore.nothing=1 | there is no flag nothing",
      })
  void whatZookeeperOrWeRefuseIsNamed(String line, String error) {
    assertThatThrownBy(() -> read(line).settings())
        .isInstanceOfSatisfying(
            ConfigError.class, refused -> assertThat(refused.fact()).startsWith(error));
  }

  @Test
  void aServerMustBeAmongThoseOfTheConfiguration() throws Exception {
    Files.writeString(directory.resolve("myid"), "5");
    assertThatThrownBy(() -> read("server.1=a:1:2", "server.2=b:1:2"))
        .isInstanceOfSatisfying(
            ConfigError.class,
            refused -> assertThat(refused.fact()).isEqualTo("My id 5 not in the peer list"));
  }

  private ZooCfg read(String... lines) throws Exception {
    Path file = directory.resolve("zoo.cfg");
    Files.writeString(file, "dataDir=%s\n%s\n".formatted(directory, String.join("\n", lines)));
    ZooCfg read = ZooCfg.read(file, system);
    read.settings();
    return read;
  }
}
