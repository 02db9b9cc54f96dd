package io.metastore.adapter.metastore;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.metastore.adapter.grpc.AnswerMemory;
import io.metastore.adapter.grpc.EncodedMessage;
import io.metastore.core.api.Metastore;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * All services of {@code metastore.v1} for one store, to be added to a server with a direct
 * executor.
 *
 * <p>Owns the thread {@code lock-timer}. Close it after the server and before the store.
 */
public final class MetastoreServices implements AutoCloseable {
  private final ScheduledThreadPoolExecutor lockTimer =
      new ScheduledThreadPoolExecutor(1, MetastoreServices::newTimerThread);
  private final List<BindableService> services;

  /** Creates the services, which serve as soon as they are added to a server. */
  public MetastoreServices(Metastore metastore, MetastoreSettings settings) {
    this(metastore, settings, System::currentTimeMillis);
  }

  /**
   * @param clockMs milliseconds since 1970
   */
  MetastoreServices(Metastore metastore, MetastoreSettings settings, LongSupplier clockMs) {
    // Most waits end long before their timeout.
    lockTimer.setRemoveOnCancelPolicy(true);
    Views views = new Views(metastore);
    Authorization authorization = new Authorization(metastore, clockMs);
    AnswerMemory memory = new AnswerMemory(metastore, Errors::of);
    services =
        Stream.of(
                new ClientsService(metastore, views),
                new KeyValueService(metastore, views),
                new TransactionsService(metastore),
                new ZnodesService(metastore, views),
                new LocksService(metastore, views, lockTimer, clockMs),
                new ClusterService(
                    metastore.cluster(),
                    metastore.membership(),
                    metastore::view,
                    metastore::hashUnversioned,
                    metastore.scans(),
                    settings),
                new AclService(metastore, clockMs),
                new BackupsService(metastore))
            .map(service -> authorized(service, memory, authorization))
            .toList();
  }

  public List<BindableService> services() {
    return services;
  }

  private static BindableService authorized(
      BindableService service, AnswerMemory memory, Authorization authorization) {
    // The last one is asked first.
    return () ->
        ServerInterceptors.intercept(
            EncodedMessage.inService(service.bindService()), memory, authorization);
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
