package io.metastore.server;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.metastore.cli.console.Console;
import io.metastore.cli.console.ExitCode;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.MoveLeaderRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.server.config.StartedAs;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The training run for class data sharing: starts a cluster of three members in this process, makes
 * calls, runs commands, and ends the process.
 *
 * <p>{@code bin/metastore class-data} uses it to find out which classes servers and commands load
 * when they start, in order to archive them. Each class missing from the archive delays a start by
 * about 0.1 ms. A Java that can also store profiles of methods gets a load of some seconds to
 * record them.
 */
public final class TrainingRun {
  private static final int MEMBERS = 3;
  private static final long PATIENCE_MS = 120_000;
  private static final long PAUSE_MS = 100;

  private final Path directory;
  private final List<Integer> clientPorts = new ArrayList<>();
  private final List<Integer> secureClientPorts = new ArrayList<>();
  private final List<Integer> peerPorts = new ArrayList<>();

  private TrainingRun(Path directory) throws IOException {
    this.directory = directory;
    for (int i = 0; i < MEMBERS; i++) {
      clientPorts.add(freePort());
      secureClientPorts.add(freePort());
      peerPorts.add(freePort());
    }
  }

  /**
   * Runs the training.
   *
   * @param arguments an empty directory for the members' data, and for how many seconds to load the
   *     members
   */
  public static void main(String[] arguments) {
    int exitCode = ExitCode.OK.code();
    try {
      new TrainingRun(Path.of(arguments[0])).run(Duration.ofSeconds(Long.parseLong(arguments[1])));
    } catch (IOException | RuntimeException | InterruptedException e) {
      System.err.println("metastore class-data: " + e);
      exitCode = Main.EXIT_FAILED;
    }
    // Halt instead of exit, because the members' threads are still running.
    Runtime.getRuntime().halt(exitCode);
  }

  private void run(Duration load) throws IOException, InterruptedException {
    for (int member = 0; member < MEMBERS; member++) {
      List<String> flags = flags(member);
      ServeCommand serve = new ServeCommand(StartedAs.ETCD, flags, Map.of());
      new Thread(() -> Runtime.getRuntime().halt(serve.run())).start();
    }
    awaitHealth();
    callLikeEtcdsClients();
    moveLeader();
    command("put", "/config/training", "value");
    command("get", "/config/training");
    command("ls", "-l", "/config");
    command("tree");
    command("lock", "/locks/training", "--", "true");
    command("status");
    command("members");
    commandAt(
        "https://127.0.0.1:" + secureClientPorts.get(0),
        "--insecure-skip-tls-verify",
        "get",
        "/config/training");
    command("-o", "json", "rm", "/config/training");
    command("--help");
    if (!load.isZero()) {
      TrainingLoad.runInItsOwnProcess(load, clientPorts);
    }
  }

  private List<String> flags(int member) {
    StringBuilder cluster = new StringBuilder();
    for (int other = 0; other < MEMBERS; other++) {
      cluster.append(other == 0 ? "" : ",").append(name(other)).append('=').append(peerUrl(other));
    }
    String clientUrl = "http://127.0.0.1:" + clientPorts.get(member);
    String secureUrl = "https://127.0.0.1:" + secureClientPorts.get(member);
    return List.of(
        "--log-outputs=" + directory.resolve(name(member) + ".log"),
        "--name=" + name(member),
        "--data-dir=" + directory.resolve(name(member)),
        "--auto-tls",
        "--peer-auto-tls",
        "--listen-client-urls=" + clientUrl + "," + secureUrl,
        "--advertise-client-urls=" + clientUrl,
        "--listen-peer-urls=" + peerUrl(member),
        "--initial-advertise-peer-urls=" + peerUrl(member),
        "--initial-cluster=" + cluster);
  }

  private static String name(int member) {
    return "m" + member;
  }

  /** The first member's URL uses TLS: the other two have connections of both kinds. */
  private String peerUrl(int member) {
    return (member == 0 ? "https" : "http") + "://127.0.0.1:" + peerPorts.get(member);
  }

  private void awaitHealth() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_MS * 1_000_000;
    for (int port : clientPorts) {
      while (!isHealthy(port)) {
        if (System.nanoTime() > deadline) {
          throw new IOException("no member serves on port " + port);
        }
        Thread.sleep(PAUSE_MS);
      }
    }
  }

  private static boolean isHealthy(int port) {
    try (InputStream health =
        URI.create("http://127.0.0.1:" + port + "/health").toURL().openStream()) {
      return health.readAllBytes().length > 0;
    } catch (IOException e) {
      return false; // not listening yet, or no leader
    }
  }

  private void callLikeEtcdsClients() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", clientPorts.get(0)).usePlaintext().build();
    ByteString key = ByteString.copyFromUtf8("rehearsal");
    KVGrpc.KVBlockingStub store = KVGrpc.newBlockingStub(channel);
    store.put(PutRequest.newBuilder().setKey(key).setValue(key).build());
    store.range(RangeRequest.newBuilder().setKey(key).build());
    watch(channel, key);
    channel.shutdownNow();
  }

  /** Loads the classes of a transfer and an election: clients wait for them. */
  private void moveLeader() {
    List<ManagedChannel> channels = new ArrayList<>();
    for (int port : clientPorts) {
      channels.add(NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build());
    }
    List<StatusResponse> states =
        channels.stream()
            .map(MaintenanceGrpc::newBlockingStub)
            .map(member -> member.status(StatusRequest.getDefaultInstance()))
            .toList();
    for (int member = 0; member < MEMBERS; member++) {
      long id = states.get(member).getHeader().getMemberId();
      if (id == states.get(member).getLeader()) {
        long next = states.get((member + 1) % MEMBERS).getHeader().getMemberId();
        MaintenanceGrpc.newBlockingStub(channels.get(member))
            .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(next).build());
      }
    }
    channels.forEach(ManagedChannel::shutdownNow);
  }

  /** Watches a key until the channel is closed. Returns when the watch has been created. */
  static void watch(ManagedChannel channel, ByteString key) {
    CompletableFuture<Void> answered = new CompletableFuture<>();
    StreamObserver<WatchRequest> requests =
        WatchGrpc.newStub(channel)
            .watch(
                new StreamObserver<>() {
                  @Override
                  public void onNext(WatchResponse response) {
                    answered.complete(null);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answered.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    answered.complete(null);
                  }
                });
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key))
            .build());
    answered.join();
  }

  private void command(String... words) throws IOException {
    commandAt("127.0.0.1:" + clientPorts.get(0), words);
  }

  private static void commandAt(String endpoint, String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of("--endpoints", endpoint));
    all.addAll(List.of(words));
    Console console =
        new Console(InputStream.nullInputStream(), OutputStream.nullOutputStream(), System.err);
    int exitCode = CommandProcess.run(console, Map.of(), all);
    if (exitCode != ExitCode.OK.code()) {
      throw new IOException(all + " ended with " + exitCode);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
