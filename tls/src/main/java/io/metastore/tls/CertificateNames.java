package io.metastore.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * The names of a certificate's subject.
 *
 * @param dnsNames subject alternative names; a wildcard stands for one label
 * @param ipAddresses subject alternative names, in the JDK's notation
 */
public record CertificateNames(String commonName, List<String> dnsNames, List<String> ipAddresses) {
  private static final int DNS = 2;
  private static final int IP = 7;

  public CertificateNames {
    dnsNames = List.copyOf(dnsNames);
    ipAddresses = List.copyOf(ipAddresses);
  }

  /** The names in a certificate; names that cannot be parsed are left out. */
  public static CertificateNames of(X509Certificate certificate) {
    List<String> dnsNames = new ArrayList<>();
    List<String> ipAddresses = new ArrayList<>();
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      for (List<?> name : names == null ? List.<List<?>>of() : names) {
        if (name.get(0).equals(DNS)) {
          dnsNames.add((String) name.get(1));
        } else if (name.get(0).equals(IP)) {
          ipAddresses.add((String) name.get(1));
        }
      }
    } catch (CertificateParsingException e) {
      // Without names, the certificate passes no check of names.
      dnsNames.clear();
      ipAddresses.clear();
    }
    return new CertificateNames(
        commonName(certificate.getSubjectX500Principal()), dnsNames, ipAddresses);
  }

  /** The common name; the last one if there are several, as in Go; empty if there is none. */
  private static String commonName(X500Principal subject) {
    try {
      String found = "";
      for (Rdn part : new LdapName(subject.getName(X500Principal.RFC2253)).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          found = part.getValue().toString();
        }
      }
      return found;
    } catch (InvalidNameException e) {
      throw new IllegalStateException("the JDK's own text of a subject", e);
    }
  }

  boolean isEmpty() {
    return dnsNames.isEmpty() && ipAddresses.isEmpty();
  }

  /** Whether the certificate is for this host, a DNS name or an IP address. */
  boolean matches(String host) {
    return isAddress(host) ? matchesAddress(host) : matchesName(host);
  }

  static boolean isAddress(String host) {
    return host.indexOf(':') >= 0 || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
  }

  private boolean matchesAddress(String address) {
    return ipAddresses.stream().anyMatch(ip -> sameAddress(ip, address));
  }

  private static boolean sameAddress(String one, String other) {
    try {
      // Both texts are IP addresses, so DNS is not queried.
      return InetAddress.getByName(one).equals(InetAddress.getByName(other));
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private boolean matchesName(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    int dot = name.indexOf('.');
    String wildcard = dot > 0 ? "*" + name.substring(dot) : name;
    return dnsNames.stream()
        .map(dns -> dns.toLowerCase(Locale.ROOT))
        .anyMatch(dns -> dns.equals(name) || dns.equals(wildcard));
  }
}
