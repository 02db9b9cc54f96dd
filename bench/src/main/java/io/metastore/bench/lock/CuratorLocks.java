package io.metastore.bench.lock;

import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ZooKeeperServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.data.Stat;

/**
 * Curator's {@link InterProcessMutex}. It is owned by a thread, so every contender has its own
 * thread.
 */
final class CuratorLocks implements LockClients {
  private static final int TIMEOUT_MS = 40_000;
  private static final int RETRY_MS = 100;

  private final List<Endpoint> endpoints;
  private final List<CuratorFramework> clients = new ArrayList<>();
  private final List<ExecutorService> threads = new ArrayList<>();

  CuratorLocks(List<Endpoint> endpoints, int connections) throws InterruptedException {
    this.endpoints = endpoints;
    for (int i = 0; i < connections; i++) {
      CuratorFramework client =
          CuratorFrameworkFactory.builder()
              .connectString(endpoints.get(i % endpoints.size()).toString())
              // The tracker would extend the connect string to all members.
              .ensembleTracker(false)
              .sessionTimeoutMs(TIMEOUT_MS)
              .connectionTimeoutMs(TIMEOUT_MS)
              .retryPolicy(new RetryOneTime(RETRY_MS))
              .build();
      clients.add(client);
      client.start();
    }
    for (CuratorFramework client : clients) {
      client.blockUntilConnected();
    }
  }

  @Override
  public Contender contender(int ordinal, String lock) {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    threads.add(thread);
    CuratorFramework client = clients.get(ordinal % clients.size());
    return new CuratorContender(new InterProcessMutex(client, path(lock)), thread);
  }

  @Override
  public int queued(String lock) {
    try {
      Stat stat = clients.get(0).checkExists().forPath(path(lock));
      return stat == null ? 0 : stat.getNumChildren();
    } catch (Exception e) {
      throw new IllegalStateException("ZooKeeper does not answer", e);
    }
  }

  @Override
  public Counts counts() {
    List<Map<String, String>> all = endpoints.stream().map(ZooKeeperServer::counters).toList();
    double changes = all.stream().mapToLong(ZooKeeperServer::changes).max().orElseThrow();
    return new Counts(
        changes,
        changes,
        all.stream().mapToLong(member -> Long.parseLong(member.get("Sent"))).sum());
  }

  @Override
  public void close() {
    threads.forEach(ExecutorService::shutdownNow);
    clients.forEach(CuratorFramework::close);
  }

  private static String path(String lock) {
    return "/bench/" + lock;
  }

  private static final class CuratorContender implements Contender {
    private final InterProcessMutex mutex;
    private final ExecutorService thread;

    CuratorContender(InterProcessMutex mutex, ExecutorService thread) {
      this.mutex = mutex;
      this.thread = thread;
    }

    @Override
    public CompletableFuture<Void> acquire() {
      return run(mutex::acquire);
    }

    @Override
    public CompletableFuture<Void> release() {
      return run(mutex::release);
    }

    private CompletableFuture<Void> run(Step step) {
      return CompletableFuture.runAsync(
          () -> {
            try {
              step.run();
            } catch (Exception e) {
              throw new CompletionException(e);
            }
          },
          thread);
    }
  }

  /** A blocking call of the recipe. */
  private interface Step {
    void run() throws Exception;
  }
}
