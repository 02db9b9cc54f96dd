package io.metastore.client;

import io.metastore.api.v1.BootstrapRequest;
import io.metastore.api.v1.BootstrapResponse;
import io.metastore.api.v1.ClusterGrpc;
import io.metastore.api.v1.DrainRequest;
import io.metastore.api.v1.DrainResponse;
import io.metastore.api.v1.HashUnversionedRequest;
import io.metastore.api.v1.HashUnversionedResponse;
import io.metastore.api.v1.JoinRequest;
import io.metastore.api.v1.JoinResponse;
import io.metastore.api.v1.MembersRequest;
import io.metastore.api.v1.MembersResponse;
import io.metastore.api.v1.PromoteRequest;
import io.metastore.api.v1.PromoteResponse;
import io.metastore.api.v1.RemoveRequest;
import io.metastore.api.v1.RemoveResponse;
import io.metastore.api.v1.StatusRequest;
import io.metastore.api.v1.StatusResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Cluster status and membership changes. The requests and responses are messages of {@code
 * cluster.proto}, which describes all fields.
 *
 * <pre>{@code
 * MembersResponse members = client.cluster().members(MembersRequest.getDefaultInstance());
 * for (Member member : members.getMembersList()) {
 *   System.out.println(member.getName() + " at " + member.getClientUrlsList());
 * }
 * }</pre>
 */
public final class Cluster {
  private final Calls calls;

  Cluster(Calls calls) {
    this.calls = calls;
  }

  /**
   * The status of the member that this client is currently connected to. To ask a particular
   * member, create a client with only its endpoint.
   */
  public CompletableFuture<StatusResponse> statusAsync() {
    return calls.unary(
        ClusterGrpc.getStatusMethod(), StatusRequest.getDefaultInstance(), Repeat.READ);
  }

  /** Blocking form of {@link #statusAsync}. */
  public StatusResponse status() throws InterruptedException {
    return Blocking.await(statusAsync());
  }

  /** The members of the cluster. */
  public CompletableFuture<MembersResponse> membersAsync(MembersRequest request) {
    return calls.unary(ClusterGrpc.getMembersMethod(), request, Repeat.READ);
  }

  /** Blocking form of {@link #membersAsync}. */
  public MembersResponse members(MembersRequest request) throws InterruptedException {
    return Blocking.await(membersAsync(request));
  }

  /**
   * Forms a new cluster from members that were started without one.
   *
   * @param timeout how long to wait for a leader; after that the outcome is unknown
   */
  public CompletableFuture<BootstrapResponse> bootstrapAsync(
      BootstrapRequest request, Duration timeout) {
    return calls.unary(
        ClusterGrpc.getBootstrapMethod(), () -> request, Repeat.WRITE, timeout.toNanos());
  }

  /** Blocking form of {@link #bootstrapAsync}. */
  public BootstrapResponse bootstrap(BootstrapRequest request, Duration timeout)
      throws InterruptedException {
    return Blocking.await(bootstrapAsync(request, timeout));
  }

  /**
   * Adds a member that was started without a cluster.
   *
   * @param timeout how long to wait until the member has caught up, which depends on the size of
   *     the store; after that the outcome is unknown
   */
  public CompletableFuture<JoinResponse> joinAsync(JoinRequest request, Duration timeout) {
    return calls.unary(ClusterGrpc.getJoinMethod(), () -> request, Repeat.WRITE, timeout.toNanos());
  }

  /** Blocking form of {@link #joinAsync}. */
  public JoinResponse join(JoinRequest request, Duration timeout) throws InterruptedException {
    return Blocking.await(joinAsync(request, timeout));
  }

  /** Removes a member, which need not be running. */
  public CompletableFuture<RemoveResponse> removeAsync(long memberId) {
    RemoveRequest request = RemoveRequest.newBuilder().setMemberId(memberId).build();
    return calls.unary(ClusterGrpc.getRemoveMethod(), request, Repeat.WRITE);
  }

  /** Blocking form of {@link #removeAsync}. */
  public void remove(long memberId) throws InterruptedException {
    Blocking.await(removeAsync(memberId));
  }

  /** Makes a learner that has caught up a voter. */
  public CompletableFuture<PromoteResponse> promoteAsync(long memberId) {
    PromoteRequest request = PromoteRequest.newBuilder().setMemberId(memberId).build();
    return calls.unary(ClusterGrpc.getPromoteMethod(), request, Repeat.WRITE);
  }

  /** Blocking form of {@link #promoteAsync}. */
  public void promote(long memberId) throws InterruptedException {
    Blocking.await(promoteAsync(memberId));
  }

  /**
   * Takes the member at this client's only endpoint out of service: the member hands over
   * leadership, answers, and stops.
   *
   * @throws IllegalStateException if the client has several endpoints, because a retry at another
   *     endpoint would stop the wrong member
   */
  public CompletableFuture<DrainResponse> drainAsync() {
    if (calls.endpoints().size() != 1) {
      throw new IllegalStateException("drain needs a client with exactly one endpoint");
    }
    return calls.unary(
        ClusterGrpc.getDrainMethod(), DrainRequest.getDefaultInstance(), Repeat.WRITE);
  }

  /** Blocking form of {@link #drainAsync}. */
  public DrainResponse drain() throws InterruptedException {
    return Blocking.await(drainAsync());
  }

  /**
   * Hashes everything but keys on all members, to compare their data.
   *
   * @param timeout how long to wait; hashing takes about a second per million znodes
   */
  public CompletableFuture<HashUnversionedResponse> hashUnversionedAsync(Duration timeout) {
    return calls.unary(
        ClusterGrpc.getHashUnversionedMethod(),
        HashUnversionedRequest::getDefaultInstance,
        Repeat.WRITE,
        timeout.toNanos());
  }

  /** Blocking form of {@link #hashUnversionedAsync}. */
  public HashUnversionedResponse hashUnversioned(Duration timeout) throws InterruptedException {
    return Blocking.await(hashUnversionedAsync(timeout));
  }
}
