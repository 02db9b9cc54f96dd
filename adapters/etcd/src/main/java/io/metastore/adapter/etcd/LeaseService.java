package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.AnsweringStream;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.adapter.grpc.Causes;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.command.Permission;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseLeasesRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseLeasesResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseTimeToLiveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseTimeToLiveResponse;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** etcd's {@code Lease}. Stateless. */
final class LeaseService extends LeaseGrpc.LeaseImplBase {
  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final LongSupplier leaseIds;

  /**
   * @param leaseIds supplies positive, unused IDs for requests that leave the choice to the server
   */
  LeaseService(Metastore metastore, ResponseHeaders headers, LongSupplier leaseIds) {
    this.metastore = metastore;
    this.headers = headers;
    this.leaseIds = leaseIds;
  }

  @Override
  public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> call) {
    long id = request.getID() == 0 ? leaseIds.getAsLong() : request.getID();
    CallAccess.submit(
            metastore,
            LeaseTranslator.toGrant(id, request.getTTL(), metastore.cluster().minLeaseTtl()))
        .whenComplete(new Answer<>(call, headers, metastore.scans(), LeaseTranslator::toGranted));
  }

  @Override
  public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> call) {
    CallAccess.submit(metastore, LeaseTranslator.toRevoke(request))
        .whenComplete(new Answer<>(call, headers, metastore.scans(), LeaseTranslator::toRevoked));
  }

  @Override
  public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
      StreamObserver<LeaseKeepAliveResponse> call) {
    @Nullable CallAccess access = CallAccess.ofStream();
    return new AnsweringStream<>(
        (ServerCallStreamObserver<LeaseKeepAliveResponse>) call,
        request -> renew(request, access),
        failure -> toError(failure, metastore));
  }

  private CompletableFuture<LeaseKeepAliveResponse> renew(
      LeaseKeepAliveRequest request, @Nullable CallAccess access) {
    // Created before the renewal, because the response must not show a revision at which the lease
    // no longer exists.
    ResponseHeader header = headers.now();
    return checkKeys(access, Permission.Right.WRITE, List.of(request.getID()))
        .thenCompose(permitted -> metastore.keepAlive(request.getID()))
        .thenApply(ttl -> LeaseTranslator.toKeptAlive(header, request.getID(), ttl));
  }

  @Override
  public void leaseTimeToLive(
      LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> call) {
    @Nullable CallAccess access = CallAccess.ofCall(metastore);
    List<Long> readKeysOf = request.getKeys() ? List.of(request.getID()) : List.of();
    checkKeys(access, Permission.Right.READ, readKeysOf)
        .thenCompose(permitted -> metastore.timeToLive(request.getID(), request.getKeys()))
        .whenComplete(
            (lease, failure) ->
                end(call, failure, () -> LeaseTranslator.toTimeToLive(headers.now(), lease)));
  }

  @Override
  public void leaseLeases(LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> call) {
    @Nullable CallAccess access = CallAccess.ofCall(metastore);
    metastore
        .leases()
        .thenCompose(
            ids -> checkKeys(access, Permission.Right.READ, ids).thenApply(permitted -> ids))
        .whenComplete(
            (ids, failure) ->
                end(call, failure, () -> LeaseTranslator.toLeases(headers.now(), ids)));
  }

  private <R> void end(StreamObserver<R> call, @Nullable Throwable failure, Supplier<R> reply) {
    if (failure != null) {
      call.onError(toError(failure, metastore));
      return;
    }
    try {
      UnaryAnswer.send(call, reply.get());
    } catch (OutOfMemoryError e) {
      call.onError(EtcdErrors.of(e)); // a lease may have very many keys
    }
  }

  /** Fails if the caller lacks a permission on one of the keys attached to the leases. */
  private CompletableFuture<?> checkKeys(
      @Nullable CallAccess access, Permission.Right right, List<Long> ids) {
    String author = access == null ? "" : access.author();
    if (author.isEmpty() || ids.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return metastore
        .view(Consistency.SERIALIZABLE)
        .thenAcceptAsync(
            view -> {
              try (view) {
                AccessRules rules = view.access();
                for (long id : ids) {
                  if (!view.allLeaseKeysMatch(
                      id, key -> rules.permits(author, right, key, ByteString.EMPTY))) {
                    throw EtcdError.PERMISSION_DENIED.exception();
                  }
                }
              }
            },
            metastore.scans());
  }

  /**
   * The error for a call that only the leader can serve. Unlike for a proposal, which just times
   * out, etcd reports here that there is no leader.
   */
  static StatusRuntimeException toError(Throwable failure, Metastore metastore) {
    Throwable cause = Causes.of(failure);
    boolean notServedInTime =
        cause instanceof NotServed notServed
            && switch (notServed.reason()) {
              case NO_LEADER, NO_CLUSTER, TIMEOUT -> true;
              case LEADER_CHANGED, NO_MEMORY, STOPPED -> false;
            };
    return notServedInTime && metastore.cluster().leaderId() == 0
        ? EtcdError.NO_LEADER.exception()
        : EtcdErrors.of(failure);
  }
}
