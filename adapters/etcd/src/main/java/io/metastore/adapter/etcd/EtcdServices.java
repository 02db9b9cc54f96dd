package io.metastore.adapter.etcd;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.metastore.adapter.grpc.AnswerMemory;
import io.metastore.adapter.grpc.EncodedMessage;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * All gRPC services of etcd for one store, to be added to a server with a direct executor. Missing
 * RPCs return {@code UNIMPLEMENTED}.
 *
 * <p>Owns the threads {@code etcd-leader}, {@code etcd-snapshot} and {@code etcd-hash}. Close it
 * after the server and before the store.
 */
public final class EtcdServices implements AutoCloseable {
  private static final long WORKER_IDLE_S = 10;
  private static final int WORKER_TASKS_MAX = 64;

  private final ScheduledExecutorService leaderTimer =
      Executors.newSingleThreadScheduledExecutor(EtcdServices::newLeaderThread);
  private final ExecutorService snapshots = newWorker("etcd-snapshot");
  private final ExecutorService hashes = newWorker("etcd-hash");
  private final List<BindableService> services;

  /** Creates the services, which serve as soon as they are added to a server. */
  public EtcdServices(Metastore metastore, EtcdSettings settings) {
    ClusterView cluster = metastore.cluster();
    ResponseHeaders headers = new ResponseHeaders(cluster);
    LeaderWatch leaderWatch = new LeaderWatch(cluster, settings.electionTimeoutMs());
    RequestGate gate = new RequestGate(cluster, leaderWatch);
    LearnerGate learners = new LearnerGate(cluster);
    AuthTokens tokens =
        settings.jwt() == null
            ? new SimpleTokens(metastore)
            : new JwtTokens(metastore, settings.jwt(), System::currentTimeMillis);
    Authorization auth =
        new Authorization(
            metastore, tokens, settings.clientCertAuth(), new Requirements(settings.maxTxnOps()));
    SessionLeases sessions = new SessionLeases(metastore, EtcdServices::newLeaseId);
    AnswerMemory memory = new AnswerMemory(metastore, EtcdErrors::of);
    services =
        List.of(
            gated(
                memory,
                gate,
                learners,
                auth,
                encoding(new KvService(metastore, headers, settings.maxTxnOps()))),
            gated(memory, gate, learners, auth, encoding(new WatchService(metastore, headers))),
            gated(
                memory,
                gate,
                learners,
                auth,
                new LeaseService(metastore, headers, EtcdServices::newLeaseId)),
            gated(memory, gate, learners, auth, new LockService(metastore, headers, sessions)),
            gated(memory, gate, learners, auth, new ElectionService(metastore, headers, sessions)),
            gated(
                memory,
                gate,
                learners,
                auth,
                new MaintenanceService(
                    metastore,
                    headers,
                    settings,
                    new SnapshotFiles(metastore, settings, snapshots),
                    hashes)),
            gated(
                memory,
                gate,
                learners,
                auth,
                new ClusterService(metastore, headers, () -> System.currentTimeMillis() / 1000)),
            gated(memory, gate, learners, auth, new AuthService(metastore, headers, tokens)),
            gated(gate, new HealthService()));
    leaderTimer.scheduleWithFixedDelay(
        leaderWatch::check,
        settings.electionTimeoutMs(),
        settings.electionTimeoutMs(),
        TimeUnit.MILLISECONDS);
  }

  public List<BindableService> services() {
    return services;
  }

  /** etcd's text for a failed future of the store. */
  public static String errorText(Throwable failure) {
    return String.valueOf(EtcdErrors.of(failure).getStatus().getDescription());
  }

  /** etcd's text for a failed outcome. */
  public static String errorText(Outcome outcome) {
    return outcome instanceof Outcome.Failed failed
        ? EtcdErrors.of(failed.failure().code()).text()
        : String.valueOf(outcome);
  }

  @Override
  public void close() {
    leaderTimer.shutdownNow();
    snapshots.shutdown();
    hashes.shutdown();
  }

  private static BindableService encoding(BindableService service) {
    return () -> EncodedMessage.inService(service.bindService());
  }

  private static BindableService gated(RequestGate gate, BindableService service) {
    return () -> ServerInterceptors.intercept(service, gate);
  }

  private static BindableService gated(
      AnswerMemory memory,
      RequestGate gate,
      LearnerGate learners,
      Authorization auth,
      BindableService service) {
    // the interceptor listed last is called first
    return () -> ServerInterceptors.intercept(service, memory, auth, gate, learners);
  }

  private static long newLeaseId() {
    return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
  }

  /** A thread that exists only while it has work. */
  private static ExecutorService newWorker(String name) {
    ThreadPoolExecutor worker =
        new ThreadPoolExecutor(
            1,
            1,
            WORKER_IDLE_S,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WORKER_TASKS_MAX),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    worker.allowCoreThreadTimeOut(true);
    return worker;
  }

  private static Thread newLeaderThread(Runnable task) {
    Thread thread = new Thread(task, "etcd-leader");
    thread.setDaemon(true);
    return thread;
  }
}
