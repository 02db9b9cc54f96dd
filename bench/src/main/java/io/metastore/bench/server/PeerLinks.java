package io.metastore.bench.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The connections between the members of a local cluster, each through a relay in this process. The
 * direction from one member to another can be held: connections stay open and new ones are
 * accepted, but no byte arrives, as if a network dropped the packets. When it is released, the
 * bytes held back arrive, or are lost with their connections. A direction can also be slowed down,
 * or lose packets, which TCP sends again.
 *
 * <p>A relay finds out who connects by looking up in {@code /proc} which process has the other end,
 * so this works on Linux only. If a member does not listen, its relay accepts a connection and
 * closes it.
 *
 * <p>Members are numbered from 0. Thread-safe. The compatibility tests use this class, too.
 */
public final class PeerLinks implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;

  /** Linux sends a packet again after at least this time, which doubles with each attempt. */
  private static final long RETRANSMISSION_MS = 200;

  private static final long RETRANSMISSION_MAX_MS = 1_600;

  /** Not a running member, for example one that was just killed; its connections are never held. */
  private static final int UNKNOWN = -1;

  private final List<Relay> relays = new ArrayList<>();
  private final Supplier<List<Long>> pids;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  // The fields below are guarded by this.

  /** The directions in which no byte passes. */
  private final Set<Way> held = new HashSet<>();

  /** Whether the bytes held back before the last release are lost. */
  private boolean losing;

  /** By how many milliseconds each read of a connection's bytes is delayed. */
  private final Map<Way, Long> delays = new HashMap<>();

  private final Map<Way, Loss> losses = new HashMap<>();

  /** Packets that are lost with a probability, by a random generator. */
  private record Loss(double probability, Random random) {
    /** How long it takes TCP to deliver a packet, if it has to send it again. */
    long delayMs() {
      long delayMs = 0;
      for (long ms = RETRANSMISSION_MS;
          ms <= RETRANSMISSION_MAX_MS && random.nextDouble() < probability;
          ms *= 2) {
        delayMs += ms;
      }
      return delayMs;
    }
  }

  private record Way(int from, int to) {}

  /**
   * Starts a relay for each member.
   *
   * @param peerPorts the members' ports on 127.0.0.1
   * @param pids their current process IDs, in the same order
   */
  public PeerLinks(List<Integer> peerPorts, Supplier<List<Long>> pids) {
    this.pids = pids;
    try {
      for (int port : peerPorts) {
        relays.add(new Relay(relays.size(), port));
      }
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(e);
    }
  }

  /** The port at which the other members reach this member. */
  public int port(int member) {
    return relays.get(member).listener.getLocalPort();
  }

  /** From now on, no byte from the other members reaches this member. */
  public void holdTo(int member) {
    others(member).forEach(other -> hold(new Way(other, member)));
  }

  /** From now on, no byte from this member reaches the other members. */
  public void holdFrom(int member) {
    others(member).forEach(other -> hold(new Way(member, other)));
  }

  /**
   * From now on, no byte passes from one member to another; the other direction is not affected.
   */
  public void hold(int from, int to) {
    hold(new Way(from, to));
  }

  /**
   * From now on, bytes from and to this member arrive later, and at most 64 KiB of each connection
   * in this time.
   */
  public synchronized void slow(int member, long ms) {
    for (int other : others(member)) {
      delays.put(new Way(member, other), ms);
      delays.put(new Way(other, member), ms);
    }
  }

  /**
   * From now on, packets from and to this member are lost with this probability. Nothing is missing
   * in a connection, because TCP sends a lost packet again; but it and all bytes behind it arrive
   * later.
   */
  public synchronized void lose(int member, double probability, Random random) {
    Loss loss = new Loss(probability, random);
    for (int other : others(member)) {
      losses.put(new Way(member, other), loss);
      losses.put(new Way(other, member), loss);
    }
  }

  /** Lets all bytes pass again, at once, with those held back. */
  public void release() {
    release(false);
  }

  /** Lets all bytes pass again, but breaks the connections on which bytes were held back. */
  public void releaseAndLose() {
    release(true);
  }

  private synchronized void release(boolean lose) {
    losing = lose;
    held.clear();
    delays.clear();
    losses.clear();
    notifyAll();
  }

  @Override
  public void close() {
    release();
    relays.forEach(relay -> closeQuietly(relay.listener));
    sockets.forEach(PeerLinks::closeQuietly);
  }

  private List<Integer> others(int member) {
    return Stream.iterate(0, i -> i + 1)
        .limit(relays.size())
        .filter(other -> other != member)
        .toList();
  }

  private synchronized void hold(Way way) {
    held.add(way);
  }

  /** Waits as long as the bytes that were just read have to, and returns whether they arrive. */
  private synchronized boolean awaitArrival(Way way) throws InterruptedException {
    long readNanos = System.nanoTime();
    Loss loss = losses.get(way);
    long lossMs = loss == null ? 0 : loss.delayMs();
    for (long ms = leftMs(way, lossMs, readNanos); ms > 0; ms = leftMs(way, lossMs, readNanos)) {
      wait(ms); // a release ends it, too
    }
    if (!held.contains(way)) {
      return true;
    }
    while (held.contains(way)) {
      wait();
    }
    return !losing;
  }

  /** How many milliseconds bytes that were read at this time still have to wait. */
  private synchronized long leftMs(Way way, long lossMs, long readNanos) {
    return (losses.containsKey(way) ? lossMs : 0)
        + delays.getOrDefault(way, 0L)
        - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - readNanos);
  }

  /** The member whose process has the other end of a connection. */
  private int findConnector(Socket accepted) throws IOException {
    String inode = findInode(accepted.getPort(), accepted.getLocalPort());
    Path end = Path.of("socket:[" + inode + "]");
    List<Long> processes = pids.get();
    for (int member = 0; member < processes.size(); member++) {
      try (Stream<Path> files = Files.list(Path.of("/proc/" + processes.get(member) + "/fd"))) {
        if (files.anyMatch(file -> pointsTo(file, end))) {
          return member;
        }
      } catch (IOException e) {
        // This member is not running.
      }
    }
    return UNKNOWN;
  }

  private static boolean pointsTo(Path file, Path target) {
    try {
      return Files.readSymbolicLink(file).equals(target);
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  /** The inode of one end of a TCP connection; empty if the connection is closed. */
  private static String findInode(int localPort, int remotePort) throws IOException {
    String local = ":%04X".formatted(localPort);
    String remote = ":%04X".formatted(remotePort);
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length > 9 && fields[1].endsWith(local) && fields[2].endsWith(remote)) {
          return fields[9];
        }
      }
    }
    return "";
  }

  private static void closeQuietly(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      // The connection is no longer needed, whether or not closing it succeeds.
    }
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Accepts connections for one member. */
  private final class Relay {
    private final int member;
    private final int target;
    private final ServerSocket listener;

    Relay(int member, int target) throws IOException {
      this.member = member;
      this.target = target;
      this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      start("relay-" + member, this::acceptAll);
    }

    private void acceptAll() {
      while (!listener.isClosed()) {
        try {
          Socket front = listener.accept();
          sockets.add(front);
          start("relay-connect-" + member, () -> connect(front));
        } catch (IOException e) {
          // Closed, or the connecting member has given up.
        }
      }
    }

    private void connect(Socket front) {
      try {
        int from = findConnector(front);
        Socket back = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(back);
        front.setTcpNoDelay(true);
        back.setTcpNoDelay(true);
        start("relay-to-" + member, () -> pump(front, back, new Way(from, member)));
        pump(back, front, new Way(member, from));
      } catch (IOException e) {
        drop(front); // the member does not listen
      }
    }

    private void pump(Socket from, Socket to, Way way) {
      byte[] buffer = new byte[BUFFER_BYTES];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        int read = in.read(buffer);
        while (awaitArrival(way) && read >= 0) {
          out.write(buffer, 0, read);
          read = in.read(buffer);
        }
      } catch (IOException e) {
        // One end is closed; the other end is closed as well.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      drop(from);
      drop(to);
    }

    private void drop(Socket socket) {
      sockets.remove(socket);
      closeQuietly(socket);
    }
  }
}
