package io.metastore.compat.process;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One member: its ports, its directory, and its process, if it is running.
 *
 * <p>The process is our server from the tests' class path, or the program of {@code
 * -Dcompat.server}. It does not outlive the tests.
 */
public final class ServerProcess implements AutoCloseable {
  /** Another server to test instead, such as a real etcd whose behaviour is the reference. */
  private static final @Nullable String OTHER_SERVER = System.getProperty("compat.server");

  private static final List<String> JVM_OPTIONS =
      List.of(
          "-Xmx192m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Djava.util.concurrent.ForkJoinPool.common.parallelism=4");

  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final String name;
  private final String peerScheme;
  private final Path directory;
  private final int clientPort = FreePorts.next();
  private final int peerPort = FreePorts.next();
  private int advertisedPeerPort = peerPort;
  private final int zookeeperPort = FreePorts.next();
  private final ManagedChannel channel;
  private List<String> flags = List.of();
  private List<String> jvmOptions = List.of();
  private @Nullable Process process;

  ServerProcess(String name, String peerScheme, Path directory) {
    this.name = name;
    this.peerScheme = peerScheme;
    this.directory = directory;
    this.channel = newChannel();
  }

  /** Whether another server, such as a real etcd, is tested. */
  public static boolean isOther() {
    return OTHER_SERVER != null;
  }

  public String name() {
    return name;
  }

  public int clientPort() {
    return clientPort;
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + clientPort);
  }

  /** The address for ZooKeeper clients, as host and port. */
  public String zookeeperAddress() {
    return "127.0.0.1:" + zookeeperPort;
  }

  /** The URL at which the other members reach this one. */
  public String peerUrl() {
    return peerScheme + "://127.0.0.1:" + advertisedPeerPort;
  }

  int peerPort() {
    return peerPort;
  }

  /** Makes the other members connect to another port, which leads to {@link #peerPort}. */
  void advertise(int port) {
    advertisedPeerPort = port;
  }

  /** The process ID; 0 if no process was started yet. */
  long pid() {
    return process == null ? 0 : process.pid();
  }

  /** A channel to this member alone, which reconnects after a restart. */
  public ManagedChannel channel() {
    return channel;
  }

  /** Another channel to this member alone, with a connection of its own; the caller closes it. */
  public ManagedChannel newChannel() {
    return NettyChannelBuilder.forAddress("127.0.0.1", clientPort)
        .usePlaintext()
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .build();
  }

  void configure(String clusterFlag, List<String> moreFlags) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--name=" + name,
                "--data-dir=" + directory.resolve("data"),
                "--listen-client-urls=" + endpoint(),
                "--advertise-client-urls=" + endpoint(),
                "--listen-peer-urls=" + peerScheme + "://127.0.0.1:" + peerPort,
                "--initial-advertise-peer-urls=" + peerUrl(),
                clusterFlag));
    if (!isOther()) {
      all.add("--listen-zookeeper-urls=tcp://" + zookeeperAddress());
      all.add("--zookeeper-max-client-connections=0");
    }
    all.addAll(moreFlags);
    flags = List.copyOf(all);
  }

  /** Adds flags from the next start on; they take precedence over earlier ones. */
  public void addFlags(String... more) {
    List<String> all = new ArrayList<>(flags);
    all.addAll(List.of(more));
    flags = List.copyOf(all);
  }

  /** Sets further JVM options, for the next start. */
  public void jvmOptions(String... options) {
    jvmOptions = List.of(options);
  }

  /** Starts the process with the data in its directory; does not wait until it serves. */
  public void start() throws IOException {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException(name + " runs already");
    }
    // A killed JVM leaves its copy of RocksDB's native library behind.
    Path scratch = directory.resolve("tmp");
    Directories.delete(scratch);
    Files.createDirectories(scratch);
    List<String> command = new ArrayList<>(command(scratch, jvmOptions));
    command.addAll(flags);
    File log = directory.resolve("server.log").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
    builder.environment().keySet().removeIf(variable -> variable.startsWith("ETCD_"));
    builder.environment().put("MALLOC_ARENA_MAX", "2");
    process = builder.start();
    RUNNING.add(process);
  }

  /**
   * The program and its first arguments, which are followed by etcd's flags.
   *
   * @param scratch an existing directory for temporary files
   */
  public static List<String> command(Path scratch, List<String> moreJvmOptions) {
    return OTHER_SERVER != null ? List.of(OTHER_SERVER) : program("serve", scratch, moreJvmOptions);
  }

  /**
   * A program of Metastore, such as {@code serve} or {@code etcdutl}.
   *
   * @param scratch an existing directory for temporary files
   */
  public static List<String> program(String name, Path scratch, List<String> moreJvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_OPTIONS);
    command.addAll(moreJvmOptions);
    command.add("-Djava.io.tmpdir=" + scratch);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.metastore.server.Main", name));
    return command;
  }

  /** Waits until a linearizable read is answered. */
  public void awaitReady() throws InterruptedException {
    Await.until(
        name + " answers a linearizable read; its log: " + directory.resolve("server.log"),
        () -> {
          if (!running().isAlive()) {
            throw new IllegalStateException("ended with " + running().exitValue());
          }
          // Otherwise gRPC would wait up to two minutes before it reconnects to a member that was
          // down.
          channel.resetConnectBackoff();
          RangeRequest read =
              RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("\0")).build();
          KVGrpc.newBlockingStub(channel).withDeadlineAfter(5, TimeUnit.SECONDS).range(read);
          return true;
        });
  }

  public StatusResponse status() {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .status(StatusRequest.getDefaultInstance());
  }

  /** Sends SIGKILL; returns when the process has ended. */
  public void kill() throws InterruptedException {
    Process killed = running();
    killed.destroyForcibly();
    awaitEnd(killed);
  }

  /**
   * Sends SIGTERM; returns when the process has ended.
   *
   * @return the exit code
   */
  public int terminate() throws InterruptedException {
    Process asked = running();
    asked.destroy();
    awaitEnd(asked);
    return asked.exitValue();
  }

  /**
   * Waits until the process has ended by itself.
   *
   * @return the exit code
   */
  public int awaitExit() throws InterruptedException {
    awaitEnd(running());
    return running().exitValue();
  }

  /** Sends SIGSTOP: the sockets stay open, but nothing answers. */
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Sends SIGCONT. */
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  /** What the process has logged, in all its runs. */
  public String log() throws IOException {
    return Files.readString(directory.resolve("server.log"));
  }

  public boolean isAlive() {
    return running().isAlive();
  }

  /** The current resident memory according to Linux. */
  public long residentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + running().pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IllegalStateException("no VmRSS of " + name);
  }

  private void signal(String signal) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(running().pid())).start();
    if (kill.waitFor() != 0) {
      throw new IllegalStateException("kill -" + signal + " " + name);
    }
  }

  private static void awaitEnd(Process ended) throws InterruptedException {
    if (!ended.waitFor(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("does not end: " + ended);
    }
    RUNNING.remove(ended);
  }

  private Process running() {
    if (process == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return process;
  }

  /** Kills the process and deletes its data; the log is kept. */
  @Override
  public void close() throws IOException {
    channel.shutdownNow();
    if (process != null) {
      process.destroyForcibly().onExit().join();
      RUNNING.remove(process);
    }
    Directories.delete(directory.resolve("data"));
    Directories.delete(directory.resolve("tmp"));
  }
}
