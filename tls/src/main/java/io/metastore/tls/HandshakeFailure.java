package io.metastore.tls;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
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

  /** The JDK's names of the versions of TLS. Their numbers descend from hexadecimal 304 to 301. */
  private static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1");

  /** The client sent a list of versions. */
  private static final Pattern SUPPORTED_VERSIONS =
      Pattern.compile("The client supported protocol versions \\[(.*?)] are not accepted.*");

  /** The client sent its newest version, or an empty list. */
  private static final Pattern NEWEST_VERSION =
      Pattern.compile("Client requested protocol (\\S+) is not .*");

  private HandshakeFailure() {}

  /** Must be called before the handshake of an engine that is passed to {@link #log} later. */
  public static void prepare(SSLEngine accepted) {
    RequestedName.remember(accepted);
  }

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
            .addKeyValue("server-name", RequestedName.of(engine));
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
    String versions = offeredVersions(message);
    if (versions != null) {
      return "tls: client offered only unsupported versions: " + versions;
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

  /** The versions that the client offered, as Go prints them; null if the failure is another. */
  private static @Nullable String offeredVersions(String message) {
    Matcher list = SUPPORTED_VERSIONS.matcher(message);
    if (list.matches()) {
      return numbers(List.of(list.group(1).split(", ")));
    }
    Matcher newest = NEWEST_VERSION.matcher(message);
    if (newest.matches()) {
      int first = Math.max(0, VERSIONS.indexOf(newest.group(1)));
      return numbers(VERSIONS.subList(first, VERSIONS.size()));
    }
    return null;
  }

  private static String numbers(Collection<String> versions) {
    return versions.stream()
        .filter(VERSIONS::contains)
        .map(version -> Integer.toHexString(0x304 - VERSIONS.indexOf(version)))
        .collect(Collectors.joining(" ", "[", "]"));
  }
}
