package io.metastore.server;

import static java.util.Objects.requireNonNull;

import io.metastore.adapter.etcd.port.EtcdVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/** Which version of the software this is. */
final class Version {
  /** Written by the build. */
  private static final String RESOURCE = "version.properties";

  private static final String VERSION = "version";
  private static final String GIT_SHA = "git-sha";

  private Version() {}

  /** The version of Metastore, such as {@code 0.1.0}. */
  static String text() {
    return requireNonNull(properties().getProperty(VERSION), VERSION);
  }

  /** What {@code metastore --version} prints; the form is that of {@code etcd --version}. */
  static List<String> lines() {
    Properties properties = properties();
    return List.of(
        "metastore Version: " + properties.getProperty(VERSION),
        "etcd Version: " + EtcdVersion.DEFAULT.server(),
        "Git SHA: " + properties.getProperty(GIT_SHA),
        "Java Version: " + System.getProperty("java.version"),
        "Java OS/Arch: " + platform());
  }

  /** What {@code etcd --version} prints; {@code bin/etcd} answers the same without a JVM. */
  static String likeEtcd() {
    return "etcd Version: %s\nGit SHA: Metastore\nGo Version: none (Java)\nGo OS/Arch: %s\n"
        .formatted(EtcdVersion.DEFAULT.server(), platform());
  }

  /** In Go's words, such as {@code linux/amd64}. */
  private static String platform() {
    String architecture = System.getProperty("os.arch");
    return System.getProperty("os.name").toLowerCase(Locale.ROOT)
        + "/"
        + (architecture.equals("aarch64") ? "arm64" : architecture);
  }

  private static Properties properties() {
    try (InputStream stream = Version.class.getResourceAsStream(RESOURCE)) {
      if (stream == null) {
        throw new IllegalStateException("missing from the build: " + RESOURCE);
      }
      Properties properties = new Properties();
      properties.load(stream);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }
}
