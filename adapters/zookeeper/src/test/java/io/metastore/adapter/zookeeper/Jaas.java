package io.metastore.adapter.zookeeper;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;

/** The JAAS configuration of this process, from which ZooKeeper's client takes its password. */
final class Jaas extends Configuration {
  private static final String MODULE = "org.apache.zookeeper.server.auth.DigestLoginModule";
  private static final Map<String, AppConfigurationEntry[]> SECTIONS = new ConcurrentHashMap<>();

  static {
    Configuration.setConfiguration(new Jaas());
  }

  private Jaas() {}

  static void add(String section, String user, String password) {
    SECTIONS.put(
        section,
        new AppConfigurationEntry[] {
          new AppConfigurationEntry(
              MODULE,
              LoginModuleControlFlag.REQUIRED,
              Map.of("username", user, "password", password))
        });
  }

  @Override
  @SuppressWarnings("NullAway") // The JDK's method returns null if there is no such section.
  public AppConfigurationEntry[] getAppConfigurationEntry(String section) {
    return SECTIONS.get(section);
  }
}
