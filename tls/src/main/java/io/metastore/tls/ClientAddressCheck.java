package io.metastore.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Checks that a connection comes from a host named by the peer's certificate. Queries DNS for names
 * of the address and for addresses of the names, as etcd does between members.
 */
final class ClientAddressCheck {
  private ClientAddressCheck() {}

  /**
   * @param address text of an IP address
   * @throws IllegalArgumentException with etcd's message, if the check fails
   */
  static void require(CertificateNames names, String address) {
    if (names.isEmpty() || names.matches(address)) {
      return;
    }
    if (names.dnsNames().isEmpty()) {
      throw new IllegalArgumentException(
          "x509: certificate is valid for %s, not %s"
              .formatted(String.join(", ", names.ipAddresses()), address));
    }
    if (!hasNameOf(address, names.dnsNames()) && !isAddressOf(names.dnsNames(), address)) {
      throw new IllegalArgumentException(
          "tls: \"%s\" does not match any of DNSNames %s"
              .formatted(address, quoted(names.dnsNames())));
    }
  }

  private static boolean hasNameOf(String address, List<String> dnsNames) {
    String host;
    try {
      host = InetAddress.getByName(address).getCanonicalHostName().toLowerCase(Locale.ROOT);
    } catch (UnknownHostException e) {
      return false;
    }
    return dnsNames.stream()
        .map(dns -> dns.toLowerCase(Locale.ROOT))
        .anyMatch(dns -> dns.startsWith("*.") ? host.endsWith(dns.substring(1)) : host.equals(dns));
  }

  private static boolean isAddressOf(List<String> dnsNames, String address) {
    return dnsNames.stream()
        .filter(dns -> !dns.startsWith("*."))
        .anyMatch(dns -> resolvesTo(dns, address));
  }

  private static boolean resolvesTo(String name, String address) {
    try {
      return Arrays.asList(InetAddress.getAllByName(name)).contains(InetAddress.getByName(address));
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static String quoted(List<String> names) {
    return names.stream().map(name -> '"' + name + '"').toList().toString().replace(",", "");
  }
}
