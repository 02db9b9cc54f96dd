package io.metastore.server;

import io.metastore.adapter.zookeeper.AuthenticationSettings;
import io.metastore.adapter.zookeeper.LocalSessionMode;
import io.metastore.adapter.zookeeper.PrincipalNames;
import io.metastore.adapter.zookeeper.ReconfigRules;
import io.metastore.adapter.zookeeper.SaslSettings;
import io.metastore.adapter.zookeeper.ServerPrincipal;
import io.metastore.adapter.zookeeper.SessionRules;
import io.metastore.adapter.zookeeper.ZookeeperTls.ClientCertificates;
import io.metastore.tls.KeyFiles;
import io.metastore.tls.TlsContext;
import io.metastore.tls.TlsSettings;
import io.metastore.tls.TlsVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginException;
import org.jspecify.annotations.Nullable;

/**
 * The Java system properties of ZooKeeper's server that are supported, with ZooKeeper's names and
 * defaults.
 */
final class ZookeeperProperties {
  private static final String PREFIX = "zookeeper.";
  private static final Set<String> SCHEMES = Set.of("digest", "ip", "sasl", "x509");
  private static final String SUPER_USER = "zookeeper.superUser";
  private static final String SASL_SUPER_USER = "super";

  private final Properties properties;

  ZookeeperProperties(Properties properties) {
    this.properties = properties;
  }

  /** Whether changes that exceed a quota's hard limit are refused. */
  boolean enforcesQuotas() {
    return isTrue("enforceQuota");
  }

  /**
   * How clients authenticate.
   *
   * @throws IOException if the JAAS file or a rule is invalid, or this server cannot log in to
   *     Kerberos
   */
  AuthenticationSettings authentication() throws IOException {
    return new AuthenticationSettings(
        text("DigestAuthenticationProvider.superDigest"),
        text("X509AuthenticationProvider.superUser"),
        sasl());
  }

  /**
   * Rules for sessions.
   *
   * @throws IOException if a value is not supported
   */
  SessionRules sessionRules() throws IOException {
    LocalSessionMode local =
        !isTrue("localSessionsEnabled")
            ? LocalSessionMode.OFF
            : isTrue("localSessionsUpgradingEnabled")
                ? LocalSessionMode.UPGRADABLE
                : LocalSessionMode.ON;
    // ZooKeeper reads this property without its prefix.
    boolean readOnly =
        isTrue("readonlymode.enabled")
            || Boolean.parseBoolean(properties.getProperty("readonlymode.enabled"));
    return new SessionRules(requiredSchemes(), local, readOnly, requestsMax());
  }

  /** Rules for changes of the members by clients. */
  ReconfigRules reconfigRules() {
    return new ReconfigRules(
        isTrue("reconfigEnabled"), !"false".equalsIgnoreCase(text("standaloneEnabled")));
  }

  private Set<String> requiredSchemes() throws IOException {
    if (isTrue("sessionRequireClientSASLAuth")) {
      return Set.of("sasl");
    }
    if (!isTrue("enforce.auth.enabled")) {
      return Set.of();
    }
    String text = text("enforce.auth.schemes");
    Set<String> schemes = Set.copyOf(names(text));
    if (schemes.isEmpty() || !SCHEMES.containsAll(schemes)) {
      throw invalid("enforce.auth.schemes", text);
    }
    return schemes;
  }

  private int requestsMax() throws IOException {
    String text = text("request_throttle_max_requests");
    try {
      return text.isEmpty() ? 0 : Math.max(0, Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw invalid("request_throttle_max_requests", text);
    }
  }

  private boolean isTrue(String name) {
    return Boolean.parseBoolean(text(name));
  }

  /** From the server's section of the JAAS file. */
  private SaslSettings sasl() throws IOException {
    String file = properties.getProperty("java.security.auth.login.config", "");
    if (file.isEmpty()) {
      return SaslSettings.OFF;
    }
    String section = properties.getProperty("zookeeper.sasl.serverconfig", "Server");
    List<AppConfigurationEntry> modules;
    try {
      AppConfigurationEntry[] found =
          Configuration.getConfiguration().getAppConfigurationEntry(section);
      modules = found == null ? List.of() : List.of(found);
    } catch (SecurityException e) {
      throw new IOException("cannot use the JAAS file %s: %s".formatted(file, e.getMessage()), e);
    }
    List<AppConfigurationEntry> kerberos =
        modules.stream().filter(m -> m.getLoginModuleName().endsWith("Krb5LoginModule")).toList();
    try {
      return new SaslSettings(
          saslUsers(modules),
          kerberos.isEmpty() ? null : ServerPrincipal.logIn(section, kerberos),
          principalNames(kerberos.isEmpty() ? "" : defaultRealm()),
          saslSuperUsers(),
          isTrue("allowSaslFailedClients"));
    } catch (LoginException e) {
      throw new IOException(
          "cannot log in to Kerberos with section %s of the JAAS file %s: %s"
              .formatted(section, file, e.getMessage()),
          e);
    }
  }

  private Set<String> saslSuperUsers() {
    Set<String> users = new TreeSet<>();
    for (String name : properties.stringPropertyNames()) {
      if (name.equals(SUPER_USER) || name.startsWith(SUPER_USER + ".")) {
        users.add(properties.getProperty(name));
      }
    }
    return users;
  }

  /** From options {@code user_NAME="PASSWORD"}. */
  private Map<String, String> saslUsers(List<AppConfigurationEntry> modules) {
    Map<String, String> users = new TreeMap<>();
    for (AppConfigurationEntry module : modules) {
      module
          .getOptions()
          .forEach(
              (option, value) -> {
                if (option.startsWith("user_")) {
                  users.put(option.substring("user_".length()), String.valueOf(value));
                }
              });
    }
    String superPassword = text("SASLAuthenticationProvider.superPassword");
    if (!superPassword.isEmpty() && !users.isEmpty()) {
      users.put(SASL_SUPER_USER, superPassword);
    }
    return users;
  }

  private PrincipalNames principalNames(String defaultRealm) throws IOException {
    String rules = text("security.auth_to_local");
    try {
      return PrincipalNames.of(
          rules.isEmpty() ? "DEFAULT" : rules,
          defaultRealm,
          isTrue("kerberos.removeHostFromPrincipal"),
          isTrue("kerberos.removeRealmFromPrincipal"));
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "the property %ssecurity.auth_to_local: %s".formatted(PREFIX, e.getMessage()), e);
    }
  }

  /** The default realm of {@code krb5.conf}; empty if there is none. */
  private static String defaultRealm() {
    try {
      return new KerberosPrincipal("any").getRealm();
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /**
   * TLS settings; null if no key store is named.
   *
   * @throws IOException if a value is not supported
   */
  @Nullable TlsSettings findTls() throws IOException {
    String keys = text("ssl.keyStore.location");
    if (keys.isEmpty()) {
      return null;
    }
    String trusted = text("ssl.trustStore.location");
    return TlsSettings.builder()
        .identity(new KeyFiles(Path.of(keys), Path.of(keys), password("ssl.keyStore")))
        .trustedCa(trusted.isEmpty() ? null : Path.of(trusted))
        .trustedCaPassword(password("ssl.trustStore"))
        .requiresClientCertificate(clientCertificates() == ClientCertificates.REQUIRED)
        .cipherSuites(cipherSuites())
        .versions(
            protocols().contains("TLSv1.2") ? TlsVersion.TLS_1_2 : TlsVersion.TLS_1_3,
            protocols().contains("TLSv1.3") ? TlsVersion.TLS_1_3 : TlsVersion.TLS_1_2)
        .build();
  }

  ClientCertificates clientCertificates() throws IOException {
    String text = text("ssl.clientAuth");
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "none" -> ClientCertificates.NONE;
      case "want" -> ClientCertificates.WANTED;
      case "need", "" -> ClientCertificates.REQUIRED;
      default -> throw invalid("ssl.clientAuth", text);
    };
  }

  private List<String> protocols() throws IOException {
    String text = text("ssl.enabledProtocols");
    List<String> protocols = text.isEmpty() ? List.of("TLSv1.2", "TLSv1.3") : names(text);
    if (!protocols.contains("TLSv1.2") && !protocols.contains("TLSv1.3")) {
      throw invalid("ssl.enabledProtocols", text);
    }
    return protocols;
  }

  private List<String> cipherSuites() throws IOException {
    List<String> suites = names(text("ssl.ciphersuites"));
    for (String suite : suites) {
      if (!TlsContext.knowsCipherSuite(suite)) {
        throw invalid("ssl.ciphersuites", suite);
      }
    }
    return suites;
  }

  /** The password of a store, given as a property or in a file. */
  private String password(String store) throws IOException {
    String file = text(store + ".passwordPath");
    return file.isEmpty() ? text(store + ".password") : Files.readString(Path.of(file)).strip();
  }

  private static List<String> names(String commaSeparated) {
    List<String> names = new ArrayList<>();
    for (String name : commaSeparated.split(",", -1)) {
      if (!name.isBlank()) {
        names.add(name.strip());
      }
    }
    return names;
  }

  private String text(String name) {
    return properties.getProperty(PREFIX + name, "");
  }

  private static IOException invalid(String name, String value) {
    return new IOException("the property %s%s cannot be \"%s\"".formatted(PREFIX, name, value));
  }
}
