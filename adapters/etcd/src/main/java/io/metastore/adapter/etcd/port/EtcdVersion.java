package io.metastore.adapter.etcd.port;

import static java.util.Objects.requireNonNull;

/**
 * The version of etcd that this server imitates.
 *
 * @param server major, minor and patch, such as {@code 3.7.1}
 */
public record EtcdVersion(String server) {
  /**
   * The newest stable version that this server was written against; also set in {@code bin/etcd}.
   */
  public static final EtcdVersion DEFAULT = new EtcdVersion("3.7.1");

  /** The first minor version that reports a storage version. */
  private static final int STORAGE_SINCE_MINOR = 6;

  public EtcdVersion {
    requireNonNull(server, "server");
    if (!server.matches("\\d+\\.\\d+\\.\\d+")) {
      throw new IllegalArgumentException("not a version: " + server);
    }
  }

  /** The cluster version, which all members share: major and minor. */
  public String cluster() {
    return minor() + ".0";
  }

  /** The second of the three numbers. */
  public int minorNumber() {
    return number(1);
  }

  private int number(int place) {
    return Integer.parseInt(server.split("\\.", -1)[place]);
  }

  /**
   * Whether this version has {@code /livez} and {@code /readyz}, which were added in 3.6, 3.5.11
   * and 3.4.29.
   */
  boolean hasCheckEndpoints() {
    return switch (minorNumber()) {
      case 4 -> number(2) >= 29;
      case 5 -> number(2) >= 11;
      default -> minorNumber() > 5;
    };
  }

  /** The contents of {@code /version}. */
  public String json() {
    String storage =
        minorNumber() >= STORAGE_SINCE_MINOR ? ",\"storage\":\"%s\"".formatted(cluster()) : "";
    return "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\"%s}".formatted(server, cluster(), storage);
  }

  /** Major and minor only, such as {@code 3.7}. */
  public String minor() {
    return server.substring(0, server.lastIndexOf('.'));
  }
}
