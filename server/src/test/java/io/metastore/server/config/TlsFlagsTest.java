package io.metastore.server.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.tls.KeyFiles;
import io.metastore.tls.TlsSettings;
import io.metastore.tls.TlsVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsFlagsTest {
  private static final String SECURE_PEERS =
      "--listen-peer-urls=https://127.0.0.1:1 --initial-advertise-peer-urls=https://127.0.0.1:1 ";

  @TempDir Path directory;

  private ServerConfig config(String line) throws Exception {
    String all = line + " --data-dir=" + directory;
    return Configuration.read(StartedAs.ETCD, List.of(all.split(" ")), Map.of()).serverConfig();
  }

  @Test
  void withoutCertificatesThereIsNoTls() throws Exception {
    assertThat(config("--client-cert-auth").tls()).isEqualTo(new TlsConfig(null, null));
  }

  @Test
  void clientsAndPeersHaveSeparateFlags() throws Exception {
    TlsConfig tls =
        config(
                SECURE_PEERS
                    + "--cert-file=c --key-file=k --trusted-ca-file=ca --client-crl-file=crl"
                    + " --client-cert-allowed-hostname=a,b --tls-max-version=TLS1.2"
                    + " --cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"
                    + " --peer-cert-file=pc --peer-key-file=pk --peer-client-cert-file=pcc"
                    + " --peer-client-key-file=pck --peer-client-cert-auth --peer-crl-file=pcrl"
                    + " --peer-cert-allowed-cn=m1,m2 --peer-skip-client-san-verification")
            .tls();

    TlsSettings clients = requireNonNull(tls.clients()).settings();
    assertThat(clients.identity()).isEqualTo(new KeyFiles(Path.of("c"), Path.of("k")));
    assertThat(clients.trustedCa()).isEqualTo(Path.of("ca"));
    assertThat(clients.requiresClientCertificate()).isTrue();
    assertThat(clients.revocationList()).isEqualTo(Path.of("crl"));
    assertThat(clients.allowedHostnames()).containsExactlyInAnyOrder("a", "b");
    assertThat(clients.checksClientAddress()).isFalse();
    assertThat(clients.maxVersion()).isEqualTo(TlsVersion.TLS_1_2);
    assertThat(clients.cipherSuites())
        .containsExactly(
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
    TlsSettings peers = requireNonNull(tls.peers()).settings();
    assertThat(peers.identity()).isEqualTo(new KeyFiles(Path.of("pc"), Path.of("pk")));
    assertThat(peers.clientIdentity()).isEqualTo(new KeyFiles(Path.of("pcc"), Path.of("pck")));
    assertThat(peers.trustedCa()).isNull();
    assertThat(peers.requiresClientCertificate()).isTrue();
    assertThat(peers.revocationList()).isEqualTo(Path.of("pcrl"));
    assertThat(peers.allowedNames()).containsExactlyInAnyOrder("m1", "m2");
    assertThat(peers.checksClientAddress()).isFalse();
  }

  @Test
  void membersCheckTheAddressOfAConnectionByDefault() throws Exception {
    TlsConfig tls = config(SECURE_PEERS + "--peer-cert-file=c --peer-key-file=k").tls();

    assertThat(requireNonNull(tls.peers()).settings().checksClientAddress()).isTrue();
  }

  @Test
  void automaticTlsCreatesACertificateForTheListenAddresses() throws Exception {
    TlsConfig tls =
        config(
                SECURE_PEERS
                    + "--listen-client-urls=https://localhost:1,https://127.0.0.1:2"
                    + " --advertise-client-urls=https://localhost:1 --auto-tls --peer-auto-tls"
                    + " --self-signed-cert-validity=3")
            .tls();

    TlsConfig.Side clients = requireNonNull(tls.clients());
    assertThat(requireNonNull(clients.ownCertificate()).hosts())
        .containsExactlyInAnyOrder("localhost", "127.0.0.1");
    assertThat(clients.ownCertificate().years()).isEqualTo(3);
    clients.prepare();
    assertThat(Files.exists(directory.resolve("fixtures/client/cert.pem"))).isTrue();
    assertThat(Files.exists(directory.resolve("fixtures/client/key.pem"))).isTrue();
    assertThat(requireNonNull(tls.peers()).settings().trustsEverybody()).isTrue();
  }

  @Test
  void theFileHasTheSameKeysForBothSides() throws Exception {
    Path file = directory.resolve("etcd.yaml");
    Files.writeString(
        file,
        """
        data-dir: %s
        listen-client-urls: https://127.0.0.1:1
        advertise-client-urls: https://127.0.0.1:1
        listen-peer-urls: https://127.0.0.1:2
        initial-advertise-peer-urls: https://127.0.0.1:2
        client-transport-security:
          cert-file: c
          key-file: k
          trusted-ca-file: ca
          client-cert-auth: true
          allowed-cn: [alice, bob]
          skip-client-san-verification: false
        peer-transport-security:
          cert-file: pc
          key-file: pk
          client-cert-file: pcc
          client-key-file: pck
          trusted-ca-file: pca
          allowed-hostname: [m1, m2]
          skip-client-san-verification: true
        """
            .formatted(directory));
    Configuration configuration =
        Configuration.read(StartedAs.ETCD, List.of("--config-file=" + file), Map.of());

    assertThat(configuration.unknownKeys()).isEmpty();
    TlsConfig tls = configuration.serverConfig().tls();
    TlsSettings clients = requireNonNull(tls.clients()).settings();
    assertThat(clients.identity()).isEqualTo(new KeyFiles(Path.of("c"), Path.of("k")));
    assertThat(clients.trustedCa()).isEqualTo(Path.of("ca"));
    assertThat(clients.requiresClientCertificate()).isTrue();
    assertThat(clients.allowedNames()).containsExactlyInAnyOrder("alice", "bob");
    TlsSettings peers = requireNonNull(tls.peers()).settings();
    assertThat(peers.identity()).isEqualTo(new KeyFiles(Path.of("pc"), Path.of("pk")));
    assertThat(peers.clientIdentity()).isEqualTo(new KeyFiles(Path.of("pcc"), Path.of("pck")));
    assertThat(peers.trustedCa()).isEqualTo(Path.of("pca"));
    assertThat(peers.allowedNames()).isEmpty();
    assertThat(peers.allowedHostnames()).containsExactlyInAnyOrder("m1", "m2");
    assertThat(peers.checksClientAddress()).isFalse();
  }

  /** As in etcd. */
  @Test
  void namesOfClientsAreSetByTheFileOnly() {
    assertThatThrownBy(() -> config("--client-cert-allowed-cn=a"))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining("flag provided but not defined");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--listen-client-urls=https://127.0.0.1:1 --advertise-client-urls=https://a:1 | TLS"
            + " key/cert (--cert-file, --key-file) must be provided for client url"
            + " https://127.0.0.1:1 with HTTPS scheme",
        "--listen-metrics-urls=https://127.0.0.1:1 | client TLS key/cert (--cert-file, --key-file)"
            + " must be provided for metrics secure url",
        "--listen-peer-urls=https://127.0.0.1:1 --initial-advertise-peer-urls=https://127.0.0.1:1 |"
            + " cannot listen on TLS for 127.0.0.1:1: KeyFile and CertFile are not presented",
        "--cert-file=c | KeyFile and CertFile must both be present[key: , cert: c]",
        "--cert-file=c --key-file=k --client-key-file=k | ClientKeyFile and ClientCertFile must"
            + " both be present[key: k, cert: ]",
        "--cert-file=c --key-file=k --cipher-suites=TLS_NONE | unexpected TLS cipher suite"
            + " \"TLS_NONE\"",
        "--peer-cert-file=c --peer-key-file=k --peer-cert-allowed-cn=a"
            + " --peer-cert-allowed-hostname=b | AllowedCNs and AllowedHostnames are mutually"
            + " exclusive (cns=[\"a\"], hostnames=[\"b\"])"
      })
  void contradictionsAreReported(String line, String error) {
    assertThatThrownBy(() -> config(line))
        .isInstanceOfSatisfying(
            ConfigError.class, failure -> assertThat(failure.fact()).isEqualTo(error));
  }
}
