package io.metastore.server.discovery;

import io.metastore.server.config.Bootstrap;
import io.metastore.server.config.EtcdUrl;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.naming.Context;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the members of a new cluster by DNS SRV records.
 *
 * <p>Source: {@code GetCluster} of etcd's {@code client/pkg/srv/srv.go}. The queries are made by
 * the JDK's DNS provider, to the system's DNS servers.
 */
public final class DnsDiscovery {
  private static final Logger LOG = LoggerFactory.getLogger(DnsDiscovery.class);
  private static final String SYSTEMS_SERVERS = "dns:";

  private final Bootstrap.Dns dns;
  private final String servers;
  private final String name;
  private final Map<InetSocketAddress, EtcdUrl> own = new HashMap<>();
  private final List<String> pairs = new ArrayList<>();
  private int nextNumber;

  private DnsDiscovery(Bootstrap.Dns dns, String servers, String name, List<EtcdUrl> advertised) {
    this.dns = dns;
    this.servers = servers;
    this.name = name;
    advertised.forEach(url -> own.put(url.socketAddress(), url));
  }

  /**
   * Queries the records once.
   *
   * @param name the name of this member; the others are numbered
   * @param advertised this member's peer URLs, by whose addresses it is recognized
   * @return the members in the format of {@code --initial-cluster}
   * @throws IOException if there are no records, or this member's record has another scheme than
   *     its URLs
   */
  public static String find(Bootstrap.Dns dns, String name, List<EtcdUrl> advertised)
      throws IOException {
    return find(dns, SYSTEMS_SERVERS, name, advertised);
  }

  static String find(Bootstrap.Dns dns, String servers, String name, List<EtcdUrl> advertised)
      throws IOException {
    return new DnsDiscovery(dns, servers, name, advertised).find();
  }

  private String find() throws IOException {
    IOException secure = ask("https", "etcd-server-ssl");
    IOException plain = ask("http", "etcd-server");
    if (pairs.isEmpty()) {
      secure.addSuppressed(plain);
      throw secure;
    }
    return String.join(",", pairs);
  }

  /** Queries one service; returns the error if no members were found. */
  private IOException ask(String scheme, String service) {
    String suffix = dns.serviceName().isEmpty() ? "" : "-" + dns.serviceName();
    String query = "_%s%s._tcp.%s".formatted(service, suffix, dns.domain());
    IOException failure = new IOException("error querying DNS SRV records for " + query);
    try {
      for (String[] record : records(query)) {
        add(scheme, record[3].replaceFirst("\\.$", ""), Integer.parseInt(record[2]));
      }
    } catch (NamingException | IOException e) {
      failure = new IOException(failure.getMessage() + ": " + e.getMessage(), e);
    }
    LOG.atInfo()
        .addKeyValue("query", query)
        .addKeyValue("found-cluster", pairs)
        .log("asked the DNS for the members");
    return failure;
  }

  private void add(String scheme, String host, int port) throws IOException {
    EtcdUrl self = own.get(new InetSocketAddress(host, port));
    if (self != null && !self.scheme().equals(scheme)) {
      throw new IOException(
          "bootstrap at %s://%s:%d from DNS has scheme mismatch with expected peer %s"
              .formatted(scheme, host, port, self));
    }
    String member = self != null ? name : Integer.toString(nextNumber++);
    pairs.add("%s=%s://%s:%d".formatted(member, scheme, host, port));
  }

  /** Priority, weight, port and host of each record. */
  @SuppressWarnings("BanJNDI") // only DNS is queried, which returns no objects
  private List<String[]> records(String query) throws NamingException {
    Properties settings = new Properties();
    settings.setProperty(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    settings.setProperty(Context.PROVIDER_URL, servers);
    InitialDirContext context = new InitialDirContext(settings);
    try {
      List<String[]> records = new ArrayList<>();
      Attribute attribute = context.getAttributes(query, new String[] {"SRV"}).get("SRV");
      if (attribute != null) {
        NamingEnumeration<?> values = attribute.getAll();
        while (values.hasMore()) {
          records.add(values.next().toString().split(" ", 4));
        }
      }
      return records;
    } finally {
      context.close();
    }
  }
}
