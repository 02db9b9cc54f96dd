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
 * Announces this member and listens for others until all that are wanted see each other.
 *
 * <p>{@link #await} is called by one thread, then {@link #goOn} may be; {@link #close} by any.
 */
public final class MulticastDiscovery implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MulticastDiscovery.class);

  private static final int ANNOUNCE_MS = 200;
  private static final long GO_ON_MS = 500;
  private static final long REPORT_MS = 10_000;

  private final Bootstrap.Multicast bootstrap;
  private final Roll roll;
  private final InetSocketAddress group;
  private final MulticastSocket socket;
  private long announcedMs = Long.MIN_VALUE;
  private long reportedMs;

  private MulticastDiscovery(
      Bootstrap.Multicast bootstrap, Roll roll, InetSocketAddress group, MulticastSocket socket) {
    this.bootstrap = bootstrap;
    this.roll = roll;
    this.group = group;
    this.socket = socket;
  }

  /**
   * Joins the group.
   *
   * @throws IOException if the group or the interface cannot be used
   */
  public static MulticastDiscovery start(
      Bootstrap.Multicast bootstrap, String token, String name, EtcdUrl peerUrl)
      throws IOException {
    InetSocketAddress group = groupOf(bootstrap);
    NetworkInterface networkInterface = findInterface(bootstrap);
    Roll roll =
        new Roll(
            token,
            new SecureRandom().nextLong(),
            name,
            peerUrl.scheme() + "://" + peerUrl.authority(),
            bootstrap.size());
    if (roll.own(0).getSerializedSize() > Roll.DATAGRAM_BYTES_MAX) {
      throw new IOException("name, URL and token are too long for --bootstrap=multicast");
    }
    // Its port may be used by several members of one machine.
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
    return new MulticastDiscovery(bootstrap, roll, group, socket);
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
      // Told below.
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
   * Waits until all members see the same.
   *
   * @return their URLs by name
   * @throws IOException if that can never be with this member, or the socket failed or was closed
   */
  public SortedMap<String, String> await() throws IOException {
    try {
      while (true) {
        turn();
        SortedMap<String, String> agreed = roll.findAgreed(nowMs());
        if (agreed != null) {
          // The others may not have heard yet that this member sees the same.
          send();
          LOG.atInfo()
              .addKeyValue("members", agreed)
              .addKeyValue("ignored-datagrams", roll.ignored())
              .log("found the members of the cluster");
          return agreed;
        }
        report();
      }
    } catch (Roll.Refusal refusal) {
      throw new IOException("discovery by multicast failed: " + refusal.getMessage(), refusal);
    }
  }

  /**
   * Announces this member for others that have not heard yet that all see the same, and then closes
   * this.
   *
   * @param enough asked again and again, whether all have heard
   */
  public void goOn(BooleanSupplier enough) {
    Thread thread =
        new Thread(
            () -> {
              try (this) {
                byte[] last = roll.own(nowMs()).toByteArray();
                while (!enough.getAsBoolean()) {
                  socket.send(new DatagramPacket(last, last.length, group));
                  TimeUnit.MILLISECONDS.sleep(GO_ON_MS);
                }
              } catch (IOException e) {
                LOG.atWarn().setCause(e).log("announces this member no more");
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

  /** Sends if it is time, and takes in what comes until it is again. */
  private void turn() throws IOException {
    long now = nowMs();
    if (now - announcedMs >= ANNOUNCE_MS || announcedMs == Long.MIN_VALUE) {
      send();
      announcedMs = now;
    }
    byte[] buffer = new byte[Roll.DATAGRAM_BYTES_MAX + 1];
    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
    socket.setSoTimeout((int) Math.max(1, announcedMs + ANNOUNCE_MS - nowMs()));
    try {
      socket.receive(packet);
    } catch (SocketTimeoutException e) {
      return;
    }
    roll.heard(ByteBuffer.wrap(buffer, 0, packet.getLength()), nowMs());
  }

  private void send() throws IOException {
    byte[] bytes = roll.own(nowMs()).toByteArray();
    socket.send(new DatagramPacket(bytes, bytes.length, group));
  }

  private void report() {
    long now = nowMs();
    if (now - reportedMs >= REPORT_MS) {
      reportedMs = now;
      LOG.atInfo()
          .addKeyValue("seen", roll.members(now))
          .addKeyValue("size", bootstrap.size())
          .addKeyValue("ignored-datagrams", roll.ignored())
          .log("still looking for the other members");
    }
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
