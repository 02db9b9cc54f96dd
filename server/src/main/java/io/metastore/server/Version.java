package io.metastore.server;

import io.metastore.adapter.etcd.port.EtcdVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Properties;

/** Which version of the software this is. */
final class Version {
  /** Written by the build. */
  private static final String RESOURCE = "version.properties";

  private Version() {}

  /** What {@code etcd --version} prints; {@code bin/etcd} answers the same without a JVM. */
  static String likeEtcd() {
    String arch = System.getProperty("os.arch");
    return "etcd Version: %s\nGit SHA: Metastore\nGo Version: none (Java)\nGo OS/Arch: %s/%s\n"
        .formatted(
            EtcdVersion.DEFAULT.server(),
            System.getProperty("os.name").toLowerCase(Locale.ROOT),
            arch.equals("aarch64") ? "arm64" : arch);
  }

  static String text() {
    try (InputStream stream = Version.class.getResourceAsStream(RESOURCE)) {
      if (stream == null) {
        throw new IllegalStateException("missing from the build: " + RESOURCE);
      }
      Properties properties = new Properties();
      properties.load(stream);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }
}
