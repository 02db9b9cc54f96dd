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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The connections between the members of a cluster on this machine, each through a relay of this
 * process. The way from one member to another can be held: connections stay open and new ones are
 * accepted, but no byte arrives, as if a network dropped the packets. Once it is released,
 * everything arrives that was on its way.
 *
 * <p>A relay knows who connects by asking {@code /proc} which process has the other end, so this
 * runs on Linux only. If a member does not listen, its relay accepts a connection and closes it.
 *
 * <p>Members are numbers from 0. Thread-safe. The compatibility tests use it too.
 */
public final class PeerLinks implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;

  /** No member, for example one that has just been killed; its connections are never held. */
  private static final int UNKNOWN = -1;

  private final List<Relay> relays = new ArrayList<>();
  private final Supplier<List<Long>> pids;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /** The ways on which nothing passes. Guarded by this. */
  private final Set<Way> held = new HashSet<>();

  private record Way(int from, int to) {}

  /**
   * Starts a relay for each member.
   *
   * @param peerPorts where the members listen on 127.0.0.1
   * @param pids their process ids at the time, in the same order
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

  /** Where others have to connect to reach this member. */
  public int port(int member) {
    return relays.get(member).listener.getLocalPort();
  }

  /** From now on nothing that the others send reaches this member. */
  public void holdTo(int member) {
    others(member).forEach(other -> hold(new Way(other, member)));
  }

  /** From now on nothing that this member sends reaches the others. */
  public void holdFrom(int member) {
    others(member).forEach(other -> hold(new Way(member, other)));
  }

  /** Lets everything pass again. */
  public synchronized void release() {
    held.clear();
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

  private synchronized void awaitReleased(Way way) throws InterruptedException {
    while (held.contains(way)) {
      wait();
    }
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
        // This member does not run.
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

  /** The inode of a TCP connection's end; empty if it is gone. */
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
      // It is of no use any more, closed or not.
    }
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Takes connections for one member. */
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
          // Closed, or the one who wanted to connect has given up.
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
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          awaitReleased(way);
          out.write(buffer, 0, read);
        }
        awaitReleased(way);
      } catch (IOException e) {
        // One end is gone; the other one hears of it.
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
