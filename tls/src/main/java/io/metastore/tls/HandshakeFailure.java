package io.metastore.tls;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Describes why a TLS connection failed, as etcd logs it, with Go's wording where Go has one. */
public final class HandshakeFailure {
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
   * Logs a connection that was refused on one of our ports.
   *
   * @param endpoint {@code client} or {@code peer}
   * @param remote address of the other side
   */
  public static void log(Logger log, String endpoint, SocketAddress remote, Throwable failure) {
    CertificateRefused refused = findRefusal(failure);
    CertificateNames names =
        refused == null
            ? new CertificateNames("", List.of(), List.of())
            : CertificateNames.of(refused.certificate());
    log.atWarn()
        .addKeyValue("remote-addr", text(remote))
        .addKeyValue("common-name", names.commonName())
        .addKeyValue("ip-addresses", names.ipAddresses())
        .addKeyValue("dns-names", names.dnsNames())
        .addKeyValue("error", text(failure))
        .log("rejected connection on {} endpoint", endpoint);
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

  static String text(Throwable failure) {
    CertificateRefused refused = findRefusal(failure);
    if (refused != null) {
      return String.valueOf(refused.getMessage());
    }
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof ClosedChannelException
        || failure.getCause() instanceof ClosedChannelException) {
      return "EOF";
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
    if (message.startsWith(ALERT)) {
      String alert = message.substring(ALERT.length()).toLowerCase(Locale.ROOT);
      return "remote error: tls: " + ALERTS.getOrDefault(alert, alert.replace('_', ' '));
    }
    return message;
  }
}
