package io.metastore.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A static cluster of server processes on free local ports, with empty data directories.
 *
 * <p>Closing it stops the processes and deletes their data; so does the end of this JVM.
 */
public final class Cluster implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofMinutes(3);
  private static final long ASK_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final ServerKind kind;
  private final Path directory;
  private final @Nullable PeerLinks links;
  private final List<Member> members;

  /** Also read by the threads of the relays. */
  private final List<ServerProcess> processes = new CopyOnWriteArrayList<>();

  private final Thread stopAtExit = new Thread(this::stopAll, "stop-servers");
  private final double startSeconds;
  private boolean stopped;

  private Cluster(ServerKind kind, int size, Path directory, boolean linked) {
    this.kind = kind;
    this.directory = directory;
    List<Endpoint> free =
        Ports.free(3 * size).stream().map(port -> new Endpoint("127.0.0.1", port)).toList();
    List<Endpoint> peers = free.subList(0, size);
    this.links =
        linked ? new PeerLinks(peers.stream().map(Endpoint::port).toList(), this::pids) : null;
    this.members = members(peers, free.subList(size, 3 * size), links);
    Runtime.getRuntime().addShutdownHook(stopAtExit);
    try {
      long startNanos = System.nanoTime();
      for (Member member : members) {
        processes.add(startMember(member));
      }
      awaitServing();
      startSeconds = (System.nanoTime() - startNanos) / 1e9;
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Starts a cluster and waits until every member serves.
   *
   * @param parent the directory in which the cluster creates its own
   * @throws IllegalStateException if a server ends, or does not serve within three minutes; the
   *     message contains the end of its log
   */
  public static Cluster start(ServerKind kind, int size, Path parent) {
    return start(kind, size, parent, false);
  }

  /**
   * Like {@link #start}, with connections between the members that can be held, see {@link #links}.
   */
  public static Cluster startLinked(ServerKind kind, int size, Path parent) {
    return start(kind, size, parent, true);
  }

  private static Cluster start(ServerKind kind, int size, Path parent, boolean linked) {
    try {
      Files.createDirectories(parent);
      return new Cluster(kind, size, Files.createTempDirectory(parent, kind.name() + "-"), linked);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The client endpoints of the members. */
  public List<Endpoint> endpoints() {
    return members.stream().map(Member::client).toList();
  }

  /** The members, in the order of the endpoints. */
  public List<Member> members() {
    return members;
  }

  /** The process IDs of the members, in the order of the endpoints. */
  public List<Long> pids() {
    return processes.stream().map(ServerProcess::pid).toList();
  }

  /**
   * The connections between the members.
   *
   * @throws IllegalStateException if the cluster was not started with {@link #startLinked}
   */
  public PeerLinks links() {
    if (links == null) {
      throw new IllegalStateException("the members are connected directly");
    }
    return links;
  }

  /** Kills a member with SIGKILL; returns when its process has ended. */
  public void kill(int member) throws InterruptedException {
    processes.get(member).kill();
  }

  /** Ends a member with SIGTERM; returns when its process has ended. */
  public void terminate(int member) throws InterruptedException {
    processes.get(member).terminate();
  }

  /** Whether a member's process runs. */
  public boolean isAlive(int member) {
    return processes.get(member).isAlive();
  }

  /** The output of a member's processes; deleted with the cluster. */
  public Path log(int member) {
    return directory.resolve(members.get(member).name() + ".log");
  }

  /** Starts a stopped member with its existing data; does not wait until it serves. */
  public synchronized void restart(int member) {
    processes.set(member, startMember(members.get(member)));
  }

  /**
   * Stops a member as an operator does, and starts it again; returns the time from the start of its
   * process until it serves.
   */
  public double restartAndWait(int member) {
    processes.get(member).stop();
    long startNanos = System.nanoTime();
    restart(member);
    awaitServing();
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** Pauses a member with SIGSTOP; its connections stay open. */
  public void pause(int member) throws InterruptedException {
    signal(member, "STOP");
  }

  /** Resumes a paused member. */
  public void resume(int member) throws InterruptedException {
    signal(member, "CONT");
  }

  /** Sends a signal, named without SIG; does not wait for its effect. */
  public void signal(int member, String name) throws InterruptedException {
    processes.get(member).signal(name);
  }

  /** The time from the start of the first process to the first answer of the last member. */
  public double startSeconds() {
    return startSeconds;
  }

  @Override
  public void close() {
    stopAll();
    try {
      Runtime.getRuntime().removeShutdownHook(stopAtExit);
    } catch (IllegalStateException e) {
      // The JVM is ending and is already running the hook.
    }
  }

  private synchronized void stopAll() {
    stopped = true;
    processes.forEach(ServerProcess::stop);
    processes.clear();
    if (links != null) {
      links.close();
    }
    deleteDirectory();
  }

  private synchronized ServerProcess startMember(Member member) {
    if (stopped) {
      // The JVM began to end meanwhile; a server started now would outlive it.
      throw new IllegalStateException("stopped while starting");
    }
    return ServerProcess.start(
        kind.command(member, members, directory), log(members.indexOf(member)));
  }

  /** Waits until every member serves. */
  private void awaitServing() {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    for (int i = 0; i < members.size(); i++) {
      ServerProcess process = processes.get(i);
      while (!kind.serves(members.get(i).client())) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw new IllegalStateException(
              "%s of %s does not serve, the end of its log:%n%s"
                  .formatted(members.get(i).name(), directory.getFileName(), process.logTail()));
        }
        LockSupport.parkNanos(ASK_INTERVAL_NANOS);
      }
    }
  }

  private void deleteDirectory() {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param others two more ports for each member
   */
  private static List<Member> members(
      List<Endpoint> peers, List<Endpoint> others, @Nullable PeerLinks links) {
    return IntStream.range(0, peers.size())
        .mapToObj(
            i ->
                new Member(
                    "m" + (i + 1),
                    others.get(2 * i),
                    peers.get(i),
                    links == null ? peers.get(i) : new Endpoint("127.0.0.1", links.port(i)),
                    others.get(2 * i + 1)))
        .toList();
  }
}
