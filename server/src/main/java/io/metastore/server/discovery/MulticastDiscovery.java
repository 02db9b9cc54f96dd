package io.metastore.server.discovery;

import io.metastore.server.config.Bootstrap;
import io.metastore.server.config.EtcdUrl;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces this member by multicast and listens for others, until all required members see each
 * other.
 *
 * <p>{@link #await} is called by one thread, then possibly {@link #keepAnnouncing}; {@link #close}
 * by any.
 */
public final class MulticastDiscovery implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MulticastDiscovery.class);

  private static final int ANNOUNCE_MS = 200;
  private static final long KEEP_ANNOUNCING_MS = 500;
  private static final long REPORT_MS = 10_000;

  private final Bootstrap.Multicast bootstrap;
  private final Roster roster;
  private final InetSocketAddress group;
  private final MulticastSocket socket;
  private long announcedMs = Long.MIN_VALUE;
  private long reportedMs;

  private MulticastDiscovery(
      Bootstrap.Multicast bootstrap,
      Roster roster,
      InetSocketAddress group,
      MulticastSocket socket) {
    this.bootstrap = bootstrap;
    this.roster = roster;
    this.group = group;
    this.socket = socket;
  }

  /**
   * Joins the multicast group.
   *
   * @throws IOException if the group or the network interface cannot be used
   */
  public static MulticastDiscovery start(
      Bootstrap.Multicast bootstrap, String token, String name, EtcdUrl peerUrl)
      throws IOException {
    InetSocketAddress group = groupOf(bootstrap);
    NetworkInterface networkInterface = findInterface(bootstrap);
    Roster roster =
        new Roster(
            token,
            new SecureRandom().nextLong(),
            name,
            peerUrl.scheme() + "://" + peerUrl.authority(),
            bootstrap.size());
    if (roster.own(0).getSerializedSize() > Roster.DATAGRAM_BYTES_MAX) {
      throw new IOException("name, URL and token are too long for --bootstrap=multicast");
    }
    // Several members on one machine may use this port.
    MulticastSocket socket = new MulticastSocket(group.getPort());
    try {
      if (networkInterface != null) {
        socket.setNetworkInterface(networkInterface);
      }
      socket.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
      socket.joinGroup(group, networkInterface);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    LOG.atInfo()
        .addKeyValue("group", bootstrap.group())
        .addKeyValue("interface", bootstrap.networkInterface())
        .addKeyValue("size", bootstrap.size())
        .log("looking for the other members by multicast");
    return new MulticastDiscovery(bootstrap, roster, group, socket);
  }

  private static InetSocketAddress groupOf(Bootstrap.Multicast bootstrap) throws IOException {
    int colon = bootstrap.group().lastIndexOf(':');
    try {
      int port = Integer.parseInt(bootstrap.group().substring(colon + 1));
      InetSocketAddress group = new InetSocketAddress(bootstrap.group().substring(0, colon), port);
      if (!group.isUnresolved() && group.getAddress().isMulticastAddress() && port > 0) {
        return group;
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // Reported below.
    }
    throw new IOException(
        "--multicast-group is no multicast address and port: " + bootstrap.group());
  }

  private static @Nullable NetworkInterface findInterface(Bootstrap.Multicast bootstrap)
      throws IOException {
    if (bootstrap.networkInterface().isEmpty()) {
      return null;
    }
    NetworkInterface found = NetworkInterface.getByName(bootstrap.networkInterface());
    if (found == null) {
      throw new IOException("--multicast-interface: no " + bootstrap.networkInterface());
    }
    return found;
  }

  /**
   * Waits until all members see the same members.
   *
   * @return peer URLs by name
   * @throws IOException if a cluster with this member cannot be formed, or the socket failed or was
   *     closed
   */
  public SortedMap<String, String> await() throws IOException {
    try {
      while (true) {
        sendAndReceive();
        SortedMap<String, String> agreed = roster.findAgreed(nowMs());
        if (agreed != null) {
          // Sent once more, because the others may not know yet that this member sees the same.
          send();
          LOG.atInfo()
              .addKeyValue("members", agreed)
              .addKeyValue("ignored-datagrams", roster.ignored())
              .log("found the members of the cluster");
          return agreed;
        }
        report();
      }
    } catch (Roster.Refusal refusal) {
      throw new IOException("discovery by multicast failed: " + refusal.getMessage(), refusal);
    }
  }

  /**
   * Keeps announcing this member, for others that do not know yet that all see the same; then
   * closes this.
   *
   * @param enough called repeatedly; true when all others know
   */
  public void keepAnnouncing(BooleanSupplier enough) {
    Thread thread =
        new Thread(
            () -> {
              try (this) {
                byte[] last = roster.own(nowMs()).toByteArray();
                while (!enough.getAsBoolean()) {
                  socket.send(new DatagramPacket(last, last.length, group));
                  TimeUnit.MILLISECONDS.sleep(KEEP_ANNOUNCING_MS);
                }
              } catch (IOException e) {
                LOG.atWarn().setCause(e).log("stopped announcing this member");
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "discovery");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    socket.close();
  }

  /** Sends an announcement if one is due, then receives datagrams until the next one is due. */
  private void sendAndReceive() throws IOException {
    long now = nowMs();
    if (now - announcedMs >= ANNOUNCE_MS || announcedMs == Long.MIN_VALUE) {
      send();
      announcedMs = now;
    }
    byte[] buffer = new byte[Roster.DATAGRAM_BYTES_MAX + 1];
    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
    socket.setSoTimeout((int) Math.max(1, announcedMs + ANNOUNCE_MS - nowMs()));
    try {
      socket.receive(packet);
    } catch (SocketTimeoutException e) {
      return;
    }
    roster.heard(ByteBuffer.wrap(buffer, 0, packet.getLength()), nowMs());
  }

  private void send() throws IOException {
    byte[] bytes = roster.own(nowMs()).toByteArray();
    socket.send(new DatagramPacket(bytes, bytes.length, group));
  }

  private void report() {
    long now = nowMs();
    if (now - reportedMs >= REPORT_MS) {
      reportedMs = now;
      LOG.atInfo()
          .addKeyValue("seen", roster.members(now))
          .addKeyValue("size", bootstrap.size())
          .addKeyValue("ignored-datagrams", roster.ignored())
          .log("still looking for the other members");
    }
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
