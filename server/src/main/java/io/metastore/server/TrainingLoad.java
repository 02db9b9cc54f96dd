package io.metastore.server;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.client.HeldLock;
import io.metastore.client.MetastoreClient;
import io.metastore.client.Session;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The load of a {@link TrainingRun}: the calls that clients make all day. A Java that can store
 * profiles records which methods they run, and how.
 *
 * <p>Runs in a process of its own: Netty and gRPC run in clients, too, and the profiles of a shared
 * process would mix both uses.
 */
public final class TrainingLoad {
  private static final int MANY_CLIENTS = 24;
  private static final int KEYS = 1_000;
  private static final int VALUE_BYTES = 256;
  private static final int LEASE_SECONDS = 60;

  /**
   * Most calls are reads and writes of keys; every so many of them, a lease and a lock are used.
   */
  private static final int LEASE_EVERY = 20;

  private final List<Integer> ports;
  private final ByteString value = ByteString.copyFrom(new byte[VALUE_BYTES]);

  private TrainingLoad(List<Integer> ports) {
    this.ports = ports;
  }

  /**
   * Runs one client alone for a third of the time, then many at once.
   *
   * @param arguments the seconds, and the members' client ports, over which clients are spread
   *     evenly
   */
  public static void main(String[] arguments) throws InterruptedException {
    Duration time = Duration.ofSeconds(Long.parseLong(arguments[0]));
    TrainingLoad load =
        new TrainingLoad(Arrays.stream(arguments).skip(1).map(Integer::valueOf).toList());
    load.runClients(1, time.dividedBy(3));
    load.runClients(MANY_CLIENTS, time.multipliedBy(2).dividedBy(3));
    // Threads of gRPC may still run.
    Runtime.getRuntime().halt(0);
  }

  /** Runs it in a new process with this one's Java and class path, and waits for its end. */
  static void runInItsOwnProcess(Duration time, List<Integer> ports)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx128m");
    List<String> jars = new ArrayList<>();
    for (String jar : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      // The launcher names the jars by a file descriptor, which the new process does not get.
      jars.add(Path.of(jar).toRealPath().toString());
    }
    command.addAll(List.of("-cp", String.join(File.pathSeparator, jars)));
    command.addAll(List.of(TrainingLoad.class.getName(), Long.toString(time.toSeconds())));
    ports.forEach(port -> command.add(port.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("the load ended with " + process.exitValue());
    }
  }

  private void runClients(int clients, Duration duration) throws InterruptedException {
    long deadline = System.nanoTime() + duration.toNanos();
    List<Callable<Void>> all = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      int client = i;
      all.add(
          () -> {
            runClient(client, deadline);
            return null;
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      for (Future<Void> client : threads.invokeAll(all)) {
        client.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a client of the training run failed", e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private void runClient(int client, long deadline) throws InterruptedException {
    String endpoint = "127.0.0.1:" + ports.get(client % ports.size());
    ManagedChannel channel = NettyChannelBuilder.forTarget(endpoint).usePlaintext().build();
    try (MetastoreClient metastore = MetastoreClient.builder().endpoints(endpoint).build();
        Session session = metastore.newSession(Duration.ofSeconds(LEASE_SECONDS), "training")) {
      TrainingRun.watch(channel, key(client, 0));
      for (int i = 0; System.nanoTime() - deadline < 0; i++) {
        useKeys(KVGrpc.newBlockingStub(channel), key(client, i));
        if (i % LEASE_EVERY == 0) {
          useLease(channel, key(client, KEYS));
          try (HeldLock lock = session.lock("/training/" + client).acquire()) {
            lock.isSurelyHeld();
          }
        }
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private void useKeys(KVGrpc.KVBlockingStub store, ByteString key) {
    PutRequest put = PutRequest.newBuilder().setKey(key).setValue(value).build();
    RangeRequest range = RangeRequest.newBuilder().setKey(key).build();
    store.put(put);
    store.range(range);
    store.range(range.toBuilder().setSerializable(true).build());
    store.put(put);
    store.txn(
        TxnRequest.newBuilder()
            .addCompare(
                Compare.newBuilder()
                    .setKey(key)
                    .setTarget(Compare.CompareTarget.VERSION)
                    .setResult(Compare.CompareResult.GREATER)
                    .setVersion(0))
            .addSuccess(RequestOp.newBuilder().setRequestPut(put))
            .addFailure(RequestOp.newBuilder().setRequestRange(range))
            .build());
  }

  private void useLease(ManagedChannel channel, ByteString key) {
    LeaseGrpc.LeaseBlockingStub leases = LeaseGrpc.newBlockingStub(channel);
    KVGrpc.KVBlockingStub store = KVGrpc.newBlockingStub(channel);
    long lease =
        leases.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(LEASE_SECONDS).build()).getID();
    store.put(PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease).build());
    store.deleteRange(DeleteRangeRequest.newBuilder().setKey(key).build());
    leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
  }

  private static ByteString key(int client, int number) {
    return ByteString.copyFromUtf8("training/" + client + "/" + number % KEYS);
  }
}
