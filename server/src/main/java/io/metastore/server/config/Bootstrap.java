package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/** How a member without data finds its cluster. */
public sealed interface Bootstrap {

  /** {@code --initial-cluster} lists the members. */
  record Static() implements Bootstrap {}

  /**
   * The members find each other by IP multicast.
   *
   * @param size number of members of the cluster
   * @param group multicast address and port, {@code HOST:PORT}
   * @param networkInterface name of the network interface to use; empty for the system's choice
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
   * @param token name of the cluster to form; part of the keys and of the hash that member IDs are
   *     derived from
   * @param endpoints endpoints of the running cluster, {@code HOST:PORT} or URLs
   * @param insecureTransport whether endpoints without a scheme are contacted without TLS
   * @param insecureSkipVerify whether the server's certificate is not verified
   * @param certFile the client certificate; empty for none, like the other files
   * @param user empty if access control is not used
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
   * DNS SRV records list the members.
   *
   * @param domain domain with the records {@code _etcd-server._tcp} and {@code
   *     _etcd-server-ssl._tcp}
   * @param serviceName appended to both record names after a dash; empty for none
   */
  record Dns(String domain, String serviceName) implements Bootstrap {
    public Dns {
      requireNonNull(domain, "domain");
      requireNonNull(serviceName, "serviceName");
    }
  }
}
