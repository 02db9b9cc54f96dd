package io.metastore.server.config;

import static java.util.stream.Collectors.joining;

import io.metastore.server.config.TlsConfig.OwnCertificate;
import io.metastore.server.config.TlsConfig.Side;
import io.metastore.tls.KeyFiles;
import io.metastore.tls.SelfSignedFiles;
import io.metastore.tls.TlsContext;
import io.metastore.tls.TlsSettings;
import io.metastore.tls.TlsVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the TLS flags. Those for clients and those for members have the same names except for a
 * prefix.
 *
 * <p>Source: etcd's {@code configurePeerListeners}, {@code configureClientListeners} and {@code
 * TLSInfo}.
 */
final class TlsFlags {
  private static final String PEER = "peer-";

  private final Values values;
  private final Path fixtures;

  private TlsFlags(Values values, Path dataDirectory) {
    this.values = values;
    this.fixtures = dataDirectory.resolve("fixtures");
  }

  /**
   * @throws ConfigError with etcd's message, if flags contradict each other or a URL needs a
   *     certificate that no flag names
   */
  static TlsConfig read(Values values, Path dataDirectory) throws ConfigError {
    TlsFlags flags = new TlsFlags(values, dataDirectory);
    List<EtcdUrl> clientUrls = new ArrayList<>(values.urls(EtcdFlags.LISTEN_CLIENT_URLS));
    clientUrls.addAll(values.urls(EtcdFlags.LISTEN_CLIENT_HTTP_URLS));
    List<EtcdUrl> metricsUrls = values.urls(EtcdFlags.LISTEN_METRICS_URLS);
    List<EtcdUrl> peerUrls = values.urls(EtcdFlags.LISTEN_PEER_URLS);
    Side peers = flags.side(PEER, PEER, "peer", peerUrls);
    if (peers == null) {
      for (EtcdUrl url : peerUrls) {
        if (url.isSecure()) {
          throw ConfigError.discovery(
              "cannot listen on TLS for %s: KeyFile and CertFile are not presented"
                  .formatted(url.authority()));
        }
      }
    }
    Side clients = flags.side("", "client-", "client", clientUrls);
    if (clients == null) {
      for (EtcdUrl url : clientUrls) {
        if (url.isSecure()) {
          throw ConfigError.discovery(
              "TLS key/cert (--cert-file, --key-file) must be provided for client url %s with"
                      .formatted(url)
                  + " HTTPS scheme");
        }
      }
      if (metricsUrls.stream().anyMatch(EtcdUrl::isSecure)) {
        throw ConfigError.discovery(
            "client TLS key/cert (--cert-file, --key-file) must be provided for metrics secure url");
      }
    }
    return new TlsConfig(clients, peers);
  }

  /**
   * @param prefix prefix of most flags
   * @param rulesPrefix prefix of the flags that restrict the accepted certificates
   * @param directory subdirectory of {@code fixtures} for a self-signed certificate
   * @return null if there is no certificate
   */
  private @Nullable Side side(
      String prefix, String rulesPrefix, String directory, List<EtcdUrl> urls) throws ConfigError {
    KeyFiles identity = findKeyFiles(prefix, "", "");
    boolean automatic = identity == null && values.isOn(prefix + "auto-tls");
    if (identity == null && !automatic) {
      return null;
    }
    Path own = fixtures.resolve(directory);
    String authority = values.text(prefix + "trusted-ca-file");
    String revocationList = values.text(rulesPrefix + "crl-file");
    List<String> names = values.names(rulesPrefix + "cert-allowed-cn");
    List<String> hostnames = values.names(rulesPrefix + "cert-allowed-hostname");
    if (!names.isEmpty() && !hostnames.isEmpty()) {
      throw ConfigError.discovery(
          "AllowedCNs and AllowedHostnames are mutually exclusive (cns=%s, hostnames=%s)"
              .formatted(quoted(names), quoted(hostnames)));
    }
    TlsSettings settings =
        TlsSettings.builder()
            .identity(identity != null ? identity : SelfSignedFiles.paths(own))
            .clientIdentity(findKeyFiles(prefix, "client-", "Client"))
            .trustedCa(authority.isEmpty() ? null : Path.of(authority))
            .requiresClientCertificate(
                !authority.isEmpty() || values.isOn(prefix + "client-cert-auth"))
            .revocationList(revocationList.isEmpty() ? null : Path.of(revocationList))
            .allowedNames(names)
            .allowedHostnames(hostnames)
            .checksClientAddress(
                prefix.equals(PEER) && !values.isOn("peer-skip-client-san-verification"))
            .trustsEverybody(automatic)
            .cipherSuites(cipherSuites())
            .versions(TlsVersion.parse(values.text(EtcdFlags.TLS_MIN_VERSION)), maxVersion())
            .build();
    return new Side(
        settings,
        automatic
            ? new OwnCertificate(
                own,
                urls.stream().map(EtcdUrl::host).distinct().toList(),
                values.number("self-signed-cert-validity"))
            : null);
  }

  /** As Go writes a list of texts. */
  private static String quoted(List<String> texts) {
    return texts.stream().map(text -> '"' + text + '"').collect(joining(" ", "[", "]"));
  }

  /**
   * @param kind the part of the flag's name between the prefix and {@code cert-file}
   * @param word the first word of etcd's messages
   */
  private @Nullable KeyFiles findKeyFiles(String prefix, String kind, String word)
      throws ConfigError {
    String certificate = values.text(prefix + kind + "cert-file");
    String key = values.text(prefix + kind + "key-file");
    if (certificate.isEmpty() && key.isEmpty()) {
      return null;
    }
    if (certificate.isEmpty() || key.isEmpty()) {
      throw ConfigError.discovery(
          "%1$sKeyFile and %1$sCertFile must both be present[key: %2$s, cert: %3$s]"
              .formatted(word, key, certificate));
    }
    return new KeyFiles(Path.of(certificate), Path.of(key));
  }

  private List<String> cipherSuites() throws ConfigError {
    List<String> suites = new ArrayList<>();
    for (String name : values.names(EtcdFlags.CIPHER_SUITES)) {
      // Go's older names of these suites lack the suffix; etcd accepts both.
      String suite = name.endsWith("_CHACHA20_POLY1305") ? name + "_SHA256" : name;
      if (!TlsContext.knowsCipherSuite(suite)) {
        throw ConfigError.discovery("unexpected TLS cipher suite \"" + name + "\"");
      }
      suites.add(suite);
    }
    return suites;
  }

  private TlsVersion maxVersion() {
    String text = values.text(EtcdFlags.TLS_MAX_VERSION);
    return text.isEmpty() ? TlsVersion.TLS_1_3 : TlsVersion.parse(text);
  }
}
