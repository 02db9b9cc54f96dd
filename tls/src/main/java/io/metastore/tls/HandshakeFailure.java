package io.metastore.tls;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** Describes why a TLS connection failed, as etcd logs it, with Go's wording where Go has one. */
public final class HandshakeFailure {
  private static final String CLOSED = "EOF";
  private static final String ALERT = "Received fatal alert: ";

  /** Go's names of TLS alerts that differ from the standard's names with spaces. */
  private static final Map<String, String> ALERTS =
      Map.of(
          "unknown_ca", "unknown certificate authority",
          "certificate_unknown", "unknown certificate",
          "certificate_expired", "expired certificate",
          "certificate_revoked", "revoked certificate",
          "protocol_version", "protocol version not supported");

  private HandshakeFailure() {}

  /**
   * Logs a connection that was refused on one of our ports; for debugging only, as etcd does, if
   * the other side just closed it.
   *
   * @param endpoint {@code client} or {@code peer}
   * @param remote address of the other side
   */
  public static void log(
      Logger log, String endpoint, SocketAddress remote, SSLEngine engine, Throwable failure) {
    String error = text(failure);
    LoggingEventBuilder line =
        log.atLevel(error.equals(CLOSED) ? Level.DEBUG : Level.WARN)
            .addKeyValue("remote-addr", text(remote))
            .addKeyValue("server-name", serverName(engine));
    CertificateRefused refused = findRefusal(failure);
    if (refused != null) {
      CertificateNames names = CertificateNames.of(refused.certificate());
      line =
          line.addKeyValue("common-name", names.commonName())
              .addKeyValue("ip-addresses", names.ipAddresses())
              .addKeyValue("dns-names", names.dnsNames());
    }
    line.addKeyValue("error", error).log("rejected connection on {} endpoint", endpoint);
  }

  /** The name by which the client wanted to reach us; empty if it told none. */
  private static String serverName(SSLEngine engine) {
    SSLSession underWay = engine.getHandshakeSession();
    SSLSession session = underWay != null ? underWay : engine.getSession();
    if (session instanceof ExtendedSSLSession extended) {
      for (SNIServerName name : extended.getRequestedServerNames()) {
        if (name instanceof SNIHostName host) {
          return host.getAsciiName();
        }
      }
    }
    return "";
  }

  private static String text(SocketAddress remote) {
    return remote instanceof InetSocketAddress tcp
        ? tcp.getAddress().getHostAddress() + ":" + tcp.getPort()
        : remote.toString();
  }

  private static @Nullable CertificateRefused findRefusal(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateRefused refused) {
        return refused;
      }
    }
    return null;
  }

  /** The reason, in Go's words where Go has some. */
  public static String text(Throwable failure) {
    CertificateRefused refused = findRefusal(failure);
    if (refused != null) {
      return String.valueOf(refused.getMessage());
    }
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof ClosedChannelException
        || failure.getCause() instanceof ClosedChannelException) {
      return CLOSED;
    }
    // The two copies of Netty have different exceptions for this.
    if (message.startsWith("not an SSL/TLS record")) {
      return "tls: first record does not look like a TLS handshake";
    }
    if (message.startsWith("Empty client certificate chain")
        || message.startsWith("Empty server certificate chain")) {
      return "tls: client didn't provide a certificate";
    }
    if (message.startsWith("Client requested protocol")) {
      return "tls: client offered only unsupported versions";
    }
    if (message.startsWith("no cipher suites in common")) {
      return "tls: no cipher suite supported by both client and server";
    }
    if (message.startsWith("Selected protocol is not supported")
        || message.startsWith("No compatible protocol")
        || message.startsWith("No matching application layer protocol")) {
      return "tls: client requested unsupported application protocols";
    }
    // An alert in plain text where TLS 1.3 wants it encrypted: the client refuses our certificate.
    if (message.startsWith("Insufficient buffer remaining for AEAD")) {
      return "local error: tls: bad record MAC";
    }
    if (message.startsWith(ALERT)) {
      String alert = message.substring(ALERT.length()).toLowerCase(Locale.ROOT);
      return "remote error: tls: " + ALERTS.getOrDefault(alert, alert.replace('_', ' '));
    }
    return message;
  }
}
