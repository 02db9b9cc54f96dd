package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import io.metastore.tls.TlsContext;

/** TLS of the secure addresses. */
public record ZookeeperTls(TlsContext context, ClientCertificates clientCertificates) {
  /** Whether clients present a certificate. One that is presented must be valid in any case. */
  public enum ClientCertificates {
    NONE,
    WANTED,
    REQUIRED
  }

  public ZookeeperTls {
    requireNonNull(context, "context");
    requireNonNull(clientCertificates, "clientCertificates");
  }
}
