package io.metastore.server.migrate;

import io.grpc.stub.StreamObserver;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseLeasesRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseStatus;
import io.metastore.etcdapi.etcdserverpb.LeaseTimeToLiveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseTimeToLiveResponse;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The leases of the target. They are kept alive as long as the migration runs: only the source
 * decides that a lease has expired, and the deletions of its keys follow as changes.
 *
 * <p>For one thread. Memory grows with the number of leases.
 */
final class LeaseMirror {
  /** The TTL of a lease that the source no longer knows, until its keys are deleted too. */
  private static final long GONE_TTL_S = 3600;

  private static final int RENEWALS_PER_TTL = 3;

  private final Store source;
  private final Store target;
  private final Map<Long, Lease> leases = new HashMap<>();
  private final StreamObserver<LeaseKeepAliveRequest> renewals;

  /** A lease of the target. */
  private static final class Lease {
    final long ttl;
    long renewedNanos;

    Lease(long ttl, long renewedNanos) {
      this.ttl = ttl;
      this.renewedNanos = renewedNanos;
    }
  }

  LeaseMirror(Store source, Store target) {
    this.source = source;
    this.target = target;
    this.renewals = LeaseGrpc.newStub(target.channel()).leaseKeepAlive(new Ignoring());
    for (long id : ids(target)) {
      renewals.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build()); // before it expires
    }
    for (long id : ids(target)) {
      leases.put(id, new Lease(timeToLive(target, id, false).getGrantedTTL(), System.nanoTime()));
    }
  }

  /** Makes sure that the target has a lease. */
  void require(long id) {
    if (id != 0 && !leases.containsKey(id)) {
      LeaseTimeToLiveResponse known = timeToLive(source, id, false);
      long ttl = known.getTTL() < 0 ? GONE_TTL_S : known.getGrantedTTL();
      target.leases().leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
      leases.put(id, new Lease(ttl, System.nanoTime()));
    }
  }

  /** Renews what is due; to be called at least once a second. */
  void renew() {
    long now = System.nanoTime();
    leases.forEach(
        (id, lease) -> {
          if (now - lease.renewedNanos >= TimeUnit.SECONDS.toNanos(lease.ttl) / RENEWALS_PER_TTL) {
            lease.renewedNanos = now;
            renewals.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build());
          }
        });
  }

  /**
   * Grants leases that only the source has, and revokes those without keys that only the target
   * has; to be called when the target has all changes.
   */
  void align() {
    Set<Long> wanted = new HashSet<>(ids(source));
    wanted.forEach(this::require);
    for (long id : List.copyOf(leases.keySet())) {
      if (!wanted.contains(id) && timeToLive(target, id, true).getKeysCount() == 0) {
        target.leases().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
        leases.remove(id);
      }
    }
  }

  private static List<Long> ids(Store store) {
    return store
        .leases()
        .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
        .getLeasesList()
        .stream()
        .map(LeaseStatus::getID)
        .toList();
  }

  private static LeaseTimeToLiveResponse timeToLive(Store store, long id, boolean keys) {
    return store
        .leases()
        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(keys).build());
  }

  /** A renewal that fails is noticed by the next call to the target. */
  private static final class Ignoring implements StreamObserver<LeaseKeepAliveResponse> {
    @Override
    public void onNext(LeaseKeepAliveResponse renewed) {
      // Only the source decides about the life of a lease.
    }

    @Override
    public void onError(Throwable failure) {
      // As above.
    }

    @Override
    public void onCompleted() {
      // The target is stopping.
    }
  }
}
