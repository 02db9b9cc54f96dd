package io.metastore.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A static cluster of server processes on free ports of this machine, with empty data directories.
 *
 * <p>Closing it stops the processes and deletes their data; so does the end of this JVM.
 */
public final class Cluster implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final long ASK_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Path directory;
  private final List<Member> members;
  private final List<ServerProcess> processes = new ArrayList<>();
  private final Thread stopAtExit = new Thread(this::stopAll, "stop-servers");
  private final double startSeconds;
  private boolean stopped;

  private Cluster(ServerKind kind, int size, Path directory) {
    this.directory = directory;
    this.members = members(size);
    Runtime.getRuntime().addShutdownHook(stopAtExit);
    try {
      long startNanos = System.nanoTime();
      for (Member member : members) {
        startMember(kind, member);
      }
      awaitServing(kind);
      startSeconds = (System.nanoTime() - startNanos) / 1e9;
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Starts a cluster and waits until every member serves.
   *
   * @param parent directory in which the cluster makes its own
   * @throws IllegalStateException if a server ends, or serves nothing within a minute; the message
   *     has the end of its log
   */
  public static Cluster start(ServerKind kind, int size, Path parent) {
    try {
      Files.createDirectories(parent);
      return new Cluster(kind, size, Files.createTempDirectory(parent, kind.name() + "-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the members serve clients. */
  public List<Endpoint> endpoints() {
    return members.stream().map(Member::client).toList();
  }

  /** The process ids of the members, in the order of the endpoints. */
  public List<Long> pids() {
    return processes.stream().map(ServerProcess::pid).toList();
  }

  /** From the start of the first process to the first answer of the last member. */
  public double startSeconds() {
    return startSeconds;
  }

  @Override
  public void close() {
    stopAll();
    try {
      Runtime.getRuntime().removeShutdownHook(stopAtExit);
    } catch (IllegalStateException e) {
      // The JVM is ending and already runs the hook.
    }
  }

  private synchronized void stopAll() {
    stopped = true;
    processes.forEach(ServerProcess::stop);
    processes.clear();
    deleteDirectory();
  }

  private synchronized void startMember(ServerKind kind, Member member) {
    if (stopped) {
      // The end of the JVM came in between; a server started now would outlive it.
      throw new IllegalStateException("stopped while starting");
    }
    processes.add(
        ServerProcess.start(
            kind.command(member, members, directory), directory.resolve(member.name() + ".log")));
  }

  private void awaitServing(ServerKind kind) {
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

  private static List<Member> members(int size) {
    List<Endpoint> free =
        Ports.free(3 * size).stream().map(port -> new Endpoint("127.0.0.1", port)).toList();
    return IntStream.range(0, size)
        .mapToObj(
            i ->
                new Member(
                    "m" + (i + 1), free.get(3 * i), free.get(3 * i + 1), free.get(3 * i + 2)))
        .toList();
  }
}
