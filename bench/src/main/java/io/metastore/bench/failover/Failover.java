package io.metastore.bench.failover;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.bench.server.Cluster;
import io.metastore.bench.server.ServerKind;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.MoveLeaderRequest;
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

/**
 * Makes the leader of a cluster of three fail or hand over repeatedly, and measures how long writes
 * wait.
 */
public final class Failover {
  private static final int MEMBERS = 3;

  /** A leader that hands over serves for a moment longer; the writes that wait begin after it. */
  private static final long HAND_OVER_MS = 2_000;

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
        inflict(fault, cluster, clients, leader);
        Wait wait = clients.awaitWrites(leader, fault.isHandOver() ? HAND_OVER_MS : 0);
        heal(fault, cluster, leader);
        puts.add(TimeUnit.NANOSECONDS.toMillis(wait.putNanos()));
        locks.add(TimeUnit.NANOSECONDS.toMillis(wait.lockNanos()));
        if (ownApi) {
          ownLocks.add(TimeUnit.NANOSECONDS.toMillis(wait.ownLockNanos()));
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
      case KILLED, STOPPED, TRANSFERRED, TERMINATED -> Cluster.start(kind, MEMBERS, directory);
      case CUT_BOTH_WAYS, CUT_TO_LEADER, CUT_FROM_LEADER ->
          Cluster.startLinked(kind, MEMBERS, directory);
    };
  }

  private static void inflict(Fault fault, Cluster cluster, Clients clients, int leader)
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
      case TRANSFERRED -> clients.moveLeader(leader);
      case TERMINATED -> cluster.signal(leader, "TERM");
    }
  }

  private static void heal(Fault fault, Cluster cluster, int leader) throws InterruptedException {
    switch (fault) {
      case KILLED -> cluster.restart(leader);
      case STOPPED -> cluster.resume(leader);
      case CUT_BOTH_WAYS, CUT_TO_LEADER, CUT_FROM_LEADER -> cluster.links().release();
      case TRANSFERRED -> {}
      case TERMINATED -> {
        cluster.terminate(leader);
        cluster.restart(leader);
      }
    }
  }

  /** The longest times that writes waited; the last has no meaning without our own API. */
  private record Wait(long putNanos, long lockNanos, long ownLockNanos) {}

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
      await(channels, 0);
    }

    /** Asks the leader to hand over to the next member; does not wait for the answer. */
    void moveLeader(int leader) {
      long next = status(channels.get((leader + 1) % channels.size())).getHeader().getMemberId();
      MaintenanceGrpc.newFutureStub(channels.get(leader))
          .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(next).build());
    }

    /**
     * Writes through the other members.
     *
     * @param windowMs how long to start writes whose waits count; 0 for only the first ones
     */
    Wait awaitWrites(int leader, long windowMs) throws InterruptedException {
      return await(
          IntStream.range(0, channels.size())
              .filter(member -> member != leader)
              .mapToObj(channels::get)
              .toList(),
          windowMs);
    }

    private Wait await(List<ManagedChannel> members, long windowMs) throws InterruptedException {
      List<Attempts> attempts =
          members.stream().map(member -> new Attempts(member, timer, windowMs)).toList();
      List<CompletableFuture<Long>> puts = attempts.stream().map(Attempts::longestPut).toList();
      List<CompletableFuture<Long>> locks = attempts.stream().map(Attempts::longestLock).toList();
      List<CompletableFuture<Long>> ownLocks =
          ownApi ? attempts.stream().map(Attempts::longestOwnLock).toList() : List.of();
      try {
        return new Wait(longest(puts), longest(locks), longest(ownLocks));
      } finally {
        Stream.of(puts, locks, ownLocks)
            .flatMap(List::stream)
            .forEach(attempt -> attempt.cancel(false));
      }
    }

    private static long longest(List<CompletableFuture<Long>> waits) throws InterruptedException {
      long longest = 0;
      try {
        for (CompletableFuture<Long> wait : waits) {
          longest = Math.max(longest, wait.get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
        }
        return longest;
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
        StatusResponse status = status(member);
        return status.getLeader() == status.getHeader().getMemberId();
      } catch (StatusRuntimeException e) {
        return false;
      }
    }

    private static StatusResponse status(ManagedChannel member) {
      return MaintenanceGrpc.newBlockingStub(member)
          .withDeadlineAfter(1, TimeUnit.SECONDS)
          .status(StatusRequest.getDefaultInstance());
    }

    @Override
    public void close() {
      timer.shutdownNow();
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }
}
