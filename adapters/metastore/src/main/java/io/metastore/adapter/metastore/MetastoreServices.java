package io.metastore.adapter.metastore;

import io.grpc.BindableService;
import io.metastore.core.api.Metastore;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * All services of {@code metastore.v1} that there are for one store, to be added to a server with a
 * direct executor.
 *
 * <p>Owns the thread {@code lock-timer}. Close it after the server and before the store.
 */
public final class MetastoreServices implements AutoCloseable {
  private final ScheduledThreadPoolExecutor lockTimer =
      new ScheduledThreadPoolExecutor(1, MetastoreServices::newTimerThread);
  private final List<BindableService> services;

  /** Makes the services; they serve as soon as a server has them. */
  public MetastoreServices(Metastore metastore, MetastoreSettings settings) {
    // Most waits end long before their time is up.
    lockTimer.setRemoveOnCancelPolicy(true);
    Views views = new Views(metastore);
    services =
        List.of(
            new ClientsService(metastore, views),
            new KeyValueService(metastore, views),
            new TransactionsService(metastore),
            new LocksService(metastore, views, lockTimer, System::currentTimeMillis),
            new ClusterService(metastore, settings));
  }

  public List<BindableService> services() {
    return services;
  }

  @Override
  public void close() {
    lockTimer.shutdownNow();
  }

  private static Thread newTimerThread(Runnable task) {
    Thread thread = new Thread(task, "lock-timer");
    thread.setDaemon(true);
    return thread;
  }
}
