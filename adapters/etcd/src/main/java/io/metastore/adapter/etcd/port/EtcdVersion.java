package io.metastore.adapter.etcd.port;

import static java.util.Objects.requireNonNull;

/**
 * The version of etcd that this server answers as.
 *
 * @param server major, minor and patch, such as {@code 3.7.1}
 */
public record EtcdVersion(String server) {
  /** The newest stable version that this server was written against; also in {@code bin/etcd}. */
  public static final EtcdVersion DEFAULT = new EtcdVersion("3.7.1");

  public EtcdVersion {
    requireNonNull(server, "server");
    if (!server.matches("\\d+\\.\\d+\\.\\d+")) {
      throw new IllegalArgumentException("not a version: " + server);
    }
  }

  /** What the members of a cluster agree on: major and minor. */
  public String cluster() {
    return minor() + ".0";
  }

  /** The second of the three numbers. */
  public int minorNumber() {
    return Integer.parseInt(server.split("\\.", -1)[1]);
  }

  /** Major and minor only, such as {@code 3.7}. */
  public String minor() {
    return server.substring(0, server.lastIndexOf('.'));
  }
}
