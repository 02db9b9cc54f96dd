package io.metastore.bench.failover;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.bench.server.Cluster;
import io.metastore.bench.server.ServerKind;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes the leader of a cluster of three fail repeatedly, and measures when writes work again. */
public final class Failover {
  private static final int MEMBERS = 3;
  private static final long TIMEOUT_SECONDS = 60;
  private static final long ASK_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final ServerKind kind;
  private final boolean ownApi;
  private final int tries;
  private final Path directory;
  private final Consumer<String> progress;

  /**
   * Prepares a measurement.
   *
   * @param ownApi whether the server has Metastore's own API
   * @param tries for each fault
   * @param directory the directory for the servers' data
   * @param progress receives lines of text while it runs
   */
  public Failover(
      ServerKind kind, boolean ownApi, int tries, Path directory, Consumer<String> progress) {
    this.kind = kind;
    this.ownApi = ownApi;
    this.tries = tries;
    this.directory = directory;
    this.progress = progress;
  }

  /**
   * Starts a cluster and runs all tries with one fault.
   *
   * @throws IllegalStateException if the cluster does not serve again within a minute
   */
  public FailoverResult run(Fault fault) throws InterruptedException {
    try (Cluster cluster = start(fault);
        Clients clients = new Clients(cluster, ownApi)) {
      List<Long> puts = new ArrayList<>();
      List<Long> locks = new ArrayList<>();
      List<Long> ownLocks = new ArrayList<>();
      for (int i = 0; i < tries; i++) {
        clients.awaitAllServe();
        int leader = clients.awaitLeader();
        inflict(fault, cluster, leader);
        long startNanos = System.nanoTime();
        Recovery recovery = clients.awaitWrites(leader);
        heal(fault, cluster, leader);
        puts.add(TimeUnit.NANOSECONDS.toMillis(recovery.putNanos() - startNanos));
        locks.add(TimeUnit.NANOSECONDS.toMillis(recovery.lockNanos() - startNanos));
        if (ownApi) {
          ownLocks.add(TimeUnit.NANOSECONDS.toMillis(recovery.ownLockNanos() - startNanos));
        }
        progress.accept(
            "%s, leader %s: put %d ms, lock %d ms, own lock %s"
                .formatted(
                    kind.name(),
                    fault,
                    puts.get(i),
                    locks.get(i),
                    ownApi ? ownLocks.get(i) + " ms" : "-"));
      }
      return new FailoverResult(kind.name(), fault, puts, locks, ownLocks);
    }
  }

  private Cluster start(Fault fault) {
    return switch (fault) {
      case KILLED, STOPPED -> Cluster.start(kind, MEMBERS, directory);
      case CUT_BOTH_WAYS, CUT_TO_LEADER, CUT_FROM_LEADER ->
          Cluster.startLinked(kind, MEMBERS, directory);
    };
  }

  private static void inflict(Fault fault, Cluster cluster, int leader)
      throws InterruptedException {
    switch (fault) {
      case KILLED -> cluster.kill(leader);
      case STOPPED -> cluster.pause(leader);
      case CUT_BOTH_WAYS -> {
        cluster.links().holdFrom(leader);
        cluster.links().holdTo(leader);
      }
      case CUT_TO_LEADER -> cluster.links().holdTo(leader);
      case CUT_FROM_LEADER -> cluster.links().holdFrom(leader);
    }
  }

  private static void heal(Fault fault, Cluster cluster, int leader) throws InterruptedException {
    switch (fault) {
      case KILLED -> cluster.restart(leader);
      case STOPPED -> cluster.resume(leader);
      case CUT_BOTH_WAYS, CUT_TO_LEADER, CUT_FROM_LEADER -> cluster.links().release();
    }
  }

  /**
   * The times when writes succeeded, as System.nanoTime(); the last has no meaning without our own
   * API.
   */
  private record Recovery(long putNanos, long lockNanos, long ownLockNanos) {}

  /** A connection to each member. */
  private static final class Clients implements AutoCloseable {
    private final List<ManagedChannel> channels;
    private final boolean ownApi;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    Clients(Cluster cluster, boolean ownApi) {
      this.ownApi = ownApi;
      channels =
          cluster.endpoints().stream()
              .<ManagedChannel>map(
                  endpoint ->
                      NettyChannelBuilder.forAddress(endpoint.address()).usePlaintext().build())
              .toList();
    }

    /** Waits until all members serve, so that the next try begins in a healthy cluster. */
    void awaitAllServe() throws InterruptedException {
      // Otherwise gRPC would wait up to two minutes before it reconnects to a member that was down.
      channels.forEach(ManagedChannel::resetConnectBackoff);
      await(channels);
    }

    Recovery awaitWrites(int lost) throws InterruptedException {
      return await(
          IntStream.range(0, channels.size())
              .filter(member -> member != lost)
              .mapToObj(channels::get)
              .toList());
    }

    private Recovery await(List<ManagedChannel> members) throws InterruptedException {
      List<Attempts> attempts =
          members.stream().map(member -> new Attempts(member, timer)).toList();
      List<CompletableFuture<Long>> puts = attempts.stream().map(Attempts::untilPut).toList();
      List<CompletableFuture<Long>> locks = attempts.stream().map(Attempts::untilLock).toList();
      List<CompletableFuture<Long>> ownLocks =
          ownApi ? attempts.stream().map(Attempts::untilOwnLock).toList() : List.of();
      try {
        return new Recovery(last(puts), last(locks), last(ownLocks));
      } finally {
        Stream.of(puts, locks, ownLocks)
            .flatMap(List::stream)
            .forEach(attempt -> attempt.cancel(false));
      }
    }

    private static long last(List<CompletableFuture<Long>> successes) throws InterruptedException {
      long last = Long.MIN_VALUE;
      try {
        for (CompletableFuture<Long> success : successes) {
          last = Math.max(last, success.get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
        }
        return last;
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      } catch (TimeoutException e) {
        throw new IllegalStateException(
            "no write was acknowledged within " + TIMEOUT_SECONDS + " s", e);
      }
    }

    /** The number of the member that reports itself as the leader. */
    int awaitLeader() throws InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
      while (System.nanoTime() < deadline) {
        for (int member = 0; member < channels.size(); member++) {
          if (leads(channels.get(member))) {
            return member;
          }
        }
        LockSupport.parkNanos(ASK_INTERVAL_NANOS);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
      throw new IllegalStateException("no leader within " + TIMEOUT_SECONDS + " s");
    }

    private static boolean leads(ManagedChannel member) {
      try {
        StatusResponse status =
            MaintenanceGrpc.newBlockingStub(member)
                .withDeadlineAfter(1, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
        return status.getLeader() == status.getHeader().getMemberId();
      } catch (StatusRuntimeException e) {
        return false;
      }
    }

    @Override
    public void close() {
      timer.shutdownNow();
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }
}
