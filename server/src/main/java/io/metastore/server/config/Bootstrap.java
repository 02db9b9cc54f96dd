package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/** How a member without data finds its cluster. */
public sealed interface Bootstrap {

  /** {@code --initial-cluster} names the members. */
  record Static() implements Bootstrap {}

  /**
   * The members find each other by IP multicast.
   *
   * @param size how many members the cluster is formed of
   * @param group the address and port to meet at, {@code HOST:PORT}
   * @param networkInterface the name of the interface to send on and listen at; empty for the one
   *     that the system chooses
   */
  record Multicast(int size, String group, String networkInterface) implements Bootstrap {
    public Multicast {
      requireNonNull(group, "group");
      requireNonNull(networkInterface, "networkInterface");
    }
  }

  /** The member waits for a call of {@code Bootstrap} or {@code Join} of the native API. */
  record Wait() implements Bootstrap {}

  /**
   * The members find each other through keys of a running etcd or Metastore cluster: etcd's v3
   * discovery.
   *
   * @param token the name of the cluster to be formed, in the keys and in the members' IDs
   * @param endpoints of the running cluster, {@code HOST:PORT} or URLs
   * @param insecureTransport whether endpoints without a scheme are reached without TLS
   * @param insecureSkipVerify whether the server's certificate is not verified
   * @param certFile the client's certificate; empty for none, as with the other files
   * @param user empty to use no access control
   */
  record Etcd(
      String token,
      List<String> endpoints,
      Duration dialTimeout,
      Duration requestTimeout,
      Duration keepAliveTime,
      Duration keepAliveTimeout,
      boolean insecureTransport,
      boolean insecureSkipVerify,
      String certFile,
      String keyFile,
      String caFile,
      String user,
      String password)
      implements Bootstrap {
    public Etcd {
      requireNonNull(token, "token");
      endpoints = List.copyOf(endpoints);
    }
  }

  /**
   * SRV records of the DNS name the members.
   *
   * @param domain that has the records {@code _etcd-server._tcp} and {@code _etcd-server-ssl._tcp}
   * @param serviceName added to both after a dash; empty for nothing
   */
  record Dns(String domain, String serviceName) implements Bootstrap {
    public Dns {
      requireNonNull(domain, "domain");
      requireNonNull(serviceName, "serviceName");
    }
  }
}
