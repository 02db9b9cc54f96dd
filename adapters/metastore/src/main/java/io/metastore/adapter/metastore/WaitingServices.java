package io.metastore.adapter.metastore;

import io.grpc.BindableService;
import io.grpc.StatusRuntimeException;
import io.metastore.core.api.Membership;
import io.metastore.core.api.StoreException.NotServed;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The services of a member that waits for a cluster. */
public final class WaitingServices {
  private final List<BindableService> services;

  /**
   * @param name the member's own name
   */
  public WaitingServices(Membership membership, String name, MetastoreSettings settings) {
    services =
        List.of(
            new ClusterService(
                new NoCluster(name),
                membership,
                consistency -> noCluster(),
                WaitingServices::noCluster,
                Runnable::run,
                settings));
  }

  private static <T> CompletableFuture<T> noCluster() {
    return CompletableFuture.failedFuture(new NotServed(NotServed.Reason.NO_CLUSTER));
  }

  public List<BindableService> services() {
    return services;
  }

  /** The error of every other call. */
  public StatusRuntimeException refusal() {
    return Errors.of(new NotServed(NotServed.Reason.NO_CLUSTER));
  }
}
