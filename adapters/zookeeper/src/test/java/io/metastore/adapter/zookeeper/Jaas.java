package io.metastore.adapter.zookeeper;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;

/**
 * The JAAS configuration of this process, from which ZooKeeper's client takes its password or
 * keytab.
 */
final class Jaas extends Configuration {
  private static final String MODULE = "org.apache.zookeeper.server.auth.DigestLoginModule";
  private static final Map<String, AppConfigurationEntry[]> SECTIONS = new ConcurrentHashMap<>();

  static {
    Configuration.setConfiguration(new Jaas());
  }

  private Jaas() {}

  static void add(String section, String user, String password) {
    add(section, MODULE, Map.of("username", user, "password", password));
  }

  /** Adds a section with one module, and returns the module. */
  static AppConfigurationEntry add(String section, String module, Map<String, String> options) {
    AppConfigurationEntry entry =
        new AppConfigurationEntry(module, LoginModuleControlFlag.REQUIRED, options);
    SECTIONS.put(section, new AppConfigurationEntry[] {entry});
    return entry;
  }

  @Override
  @SuppressWarnings("NullAway") // The JDK's method returns null if there is no such section.
  public AppConfigurationEntry[] getAppConfigurationEntry(String section) {
    return SECTIONS.get(section);
  }
}
