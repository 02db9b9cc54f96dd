package io.metastore.core.node;

import static java.util.Objects.requireNonNull;

import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Membership;
import io.metastore.core.api.NewMember;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.api.StoreException.ChangeRefused.Reason;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.command.AddPeer;
import io.metastore.core.command.InviteReply;
import io.metastore.core.command.InviteRequest;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.PeerDialer;
import io.metastore.core.raft.PeerListen;
import io.metastore.core.raft.PeerServer;
import io.metastore.core.raft.PeerService;
import io.metastore.core.raft.PeerTls;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member that has no cluster yet. It listens to other members only, until it is asked to form a
 * cluster or is invited to one.
 *
 * <p>A cluster is formed in two rounds. In the first, all members are asked whether they would
 * join, and reserve themselves for this attempt for a while. In the second, each is told to join
 * and stores that durably. If a member is lost between the rounds, the others start once a majority
 * of them has been told; the lost one keeps waiting and can be removed and joined again.
 *
 * <p>Thread-safe.
 */
public final class WaitingNode implements Membership, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WaitingNode.class);

  private static final long ASK_MS = 5000;
  private static final long RESERVED_MS = 10_000;
  private static final int TELL_TRIES = 10;
  private static final long TELL_PAUSE_MS = 500;
  private static final int MESSAGE_BYTES_MAX = 1 << 20;

  private final String name;
  private final Consumer<Invitation> persist;
  private final PeerChannels peers;
  private final PeerServer server;
  private final SecureRandom random = new SecureRandom();
  private final CompletableFuture<Invitation> invited = new CompletableFuture<>();
  private final CompletableFuture<ClusterView> formed = new CompletableFuture<>();

  /** Identifies this member's own attempts to form a cluster. */
  private final long ownAttempt = random.nextLong();

  private final AtomicBoolean founding = new AtomicBoolean();

  /** The attempt that this member is reserved for. Guarded by this, like the fields below. */
  private long reservedFor;

  private long reservedUntilNanos = System.nanoTime();
  private @Nullable Invitation accepted;

  private WaitingNode(
      String name, PeerListen listen, @Nullable PeerTls tls, Consumer<Invitation> persist)
      throws IOException {
    this.name = name;
    this.peers = new PeerChannels(new PeerDialer(tls, urls -> urls), MESSAGE_BYTES_MAX);
    this.persist = persist;
    this.server =
        PeerServer.start(
            listen,
            tls,
            new PeerService()
                .on(PeerCall.INVITE, request -> CompletableFuture.completedFuture(serve(request))));
  }

  /**
   * Starts listening for other members.
   *
   * @param name this member's name; invitations that name another member are refused
   * @param tls certificates of this member; null for none
   * @param persist stores an invitation durably before it is accepted
   * @throws IOException if an address cannot be bound
   */
  public static WaitingNode open(
      String name, PeerListen listen, @Nullable PeerTls tls, Consumer<Invitation> persist)
      throws IOException {
    return new WaitingNode(name, listen, tls, persist);
  }

  /** Completes when this member has been given a cluster. Close this node afterwards. */
  public CompletableFuture<Invitation> invited() {
    return invited;
  }

  /** The cluster has a leader: completes the future of the {@link #bootstrap} call. */
  public void formed(ClusterView cluster) {
    formed.complete(cluster);
  }

  /**
   * Releases the addresses. A pending {@link #bootstrap} is completed later, by {@link #formed}.
   */
  @Override
  public void close() {
    server.close();
    peers.close();
  }

  // --- Membership ------------------------------------------------------------------------------

  @Override
  public CompletableFuture<ClusterView> bootstrap(List<NewMember> members) {
    Map<Long, NewMember> byId = new HashMap<>();
    members.forEach(member -> byId.put(random.nextLong(), member));
    Invitation own;
    try {
      own = new Invitation(random.nextLong(), ownId(byId), /* clusterRuns= */ false, byId);
      requireDistinct(members);
    } catch (ChangeRefused refused) {
      return CompletableFuture.failedFuture(refused);
    }
    if (!founding.compareAndSet(false, true)) {
      return CompletableFuture.failedFuture(
          new ChangeRefused(Reason.IN_PROGRESS, "this member is already forming a cluster"));
    }
    // This member is asked too, to verify that others can reach it at its address.
    return invite(own, byId.keySet(), /* binding= */ false)
        .thenCompose(
            willing -> {
              // This member stores the cluster first, so that the others never wait for a founder
              // that has lost it.
              accept(own);
              Set<Long> others = new HashSet<>(byId.keySet());
              others.remove(own.memberId());
              return invite(own, others, /* binding= */ true)
                  .whenComplete((told, failure) -> invited.complete(own))
                  .exceptionally(
                      failure -> {
                        LOG.atError()
                            .setCause(failure)
                            .log("could not notify all members of the new cluster");
                        throw new OutcomeUnknown(OutcomeUnknown.Reason.CONNECTION_LOST);
                      });
            })
        .whenComplete(
            (told, failure) -> {
              if (failure != null) {
                endReservation();
              }
              founding.set(false);
            })
        .thenCompose(told -> formed);
  }

  private long ownId(Map<Long, NewMember> members) {
    for (Map.Entry<Long, NewMember> member : members.entrySet()) {
      if (member.getValue().name().equals(name)) {
        return member.getKey();
      }
    }
    throw new ChangeRefused(Reason.BAD_REQUEST, "members", "must include this member, " + name);
  }

  private static void requireDistinct(List<NewMember> members) {
    Set<String> seen = new HashSet<>();
    for (NewMember member : members) {
      if (!seen.add("name " + member.name()) || !seen.add("URL " + member.peerUrl())) {
        throw new ChangeRefused(
            Reason.BAD_REQUEST,
            "members",
            "lists a name or URL twice: %s, %s".formatted(member.name(), member.peerUrl()));
      }
    }
  }

  /** Completes when all members have accepted; fails with the first refusal. */
  private CompletableFuture<Void> invite(Invitation own, Set<Long> ids, boolean binding) {
    List<CompletableFuture<Void>> answers = new ArrayList<>();
    for (long id : ids) {
      InviteRequest request = toRequest(own, id, binding);
      answers.add(invite(own.members().get(id), request, binding ? TELL_TRIES : 1));
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new));
  }

  private CompletableFuture<Void> invite(
      @Nullable NewMember member, InviteRequest request, int tries) {
    requireNonNull(member, "member");
    return peers
        .call(member.peerUrl(), PeerCall.INVITE, request, ASK_MS)
        .handle(
            (reply, failure) -> {
              if (failure == null) {
                Invitations.requireWilling(member.name(), member.peerUrl(), reply);
                return CompletableFuture.<Void>completedFuture(null);
              }
              if (tries > 1) {
                return CompletableFuture.runAsync(
                        () -> {},
                        CompletableFuture.delayedExecutor(TELL_PAUSE_MS, TimeUnit.MILLISECONDS))
                    .thenCompose(paused -> invite(member, request, tries - 1));
              }
              throw new ChangeRefused(
                  Reason.UNSAFE, "no answer from " + member.peerUrl() + ": " + failure);
            })
        .thenCompose(next -> next);
  }

  private InviteRequest toRequest(Invitation own, long id, boolean binding) {
    InviteRequest.Builder request =
        InviteRequest.newBuilder()
            .setAttempt(ownAttempt)
            .setBinding(binding)
            .setClusterId(own.clusterId())
            .setMemberId(id)
            .setClusterRuns(own.clusterRuns());
    own.members()
        .forEach(
            (memberId, member) -> {
              if (memberId == id) {
                request.setName(member.name());
              }
              request.addMembers(
                  InviteRequest.Member.newBuilder()
                      .setId(memberId)
                      .setName(member.name())
                      .setAddress(member.peerUrl()));
            });
    return request.build();
  }

  // --- invitations -----------------------------------------------------------------------------

  private InviteReply serve(InviteRequest request) {
    InviteReply.Builder reply = InviteReply.newBuilder().setName(name);
    Invitation invitation;
    synchronized (this) {
      if (accepted != null
          && (accepted.memberId() != request.getMemberId()
              || accepted.clusterId() != request.getClusterId())) {
        return reply
            .setStatus(InviteReply.Status.HAS_CLUSTER)
            .setClusterId(accepted.clusterId())
            .setMemberId(accepted.memberId())
            .build();
      }
      if (!request.getName().equals(name)) {
        return reply.setStatus(InviteReply.Status.OTHER_NAME).build();
      }
      if (!reserve(request.getAttempt())) {
        return reply.setStatus(InviteReply.Status.BUSY).build();
      }
      if (!request.getBinding()) {
        return reply.build();
      }
      Map<Long, NewMember> members = new HashMap<>();
      for (InviteRequest.Member member : request.getMembersList()) {
        members.put(member.getId(), new NewMember(member.getName(), member.getAddress()));
      }
      invitation =
          new Invitation(
              request.getClusterId(), request.getMemberId(), request.getClusterRuns(), members);
      accept(invitation);
    }
    invited.complete(invitation);
    return reply.build();
  }

  private synchronized void accept(Invitation invitation) {
    if (accepted != null && !accepted.equals(invitation)) {
      throw new ChangeRefused(Reason.ALREADY_MEMBER, "this member already belongs to a cluster");
    }
    if (accepted == null) {
      persist.accept(invitation);
      accepted = invitation;
      LOG.atInfo()
          .addKeyValue("cluster-id", Long.toHexString(invitation.clusterId()))
          .addKeyValue("local-member-id", Long.toHexString(invitation.memberId()))
          .addKeyValue("cluster-runs", invitation.clusterRuns())
          .log("was assigned to a cluster");
    }
  }

  /** Reserves this member for an attempt; false if it is reserved for another one. */
  private boolean reserve(long forAttempt) {
    long now = System.nanoTime();
    if (reservedFor != forAttempt && now - reservedUntilNanos < 0) {
      return false;
    }
    reservedFor = forAttempt;
    reservedUntilNanos = now + TimeUnit.MILLISECONDS.toNanos(RESERVED_MS);
    return true;
  }

  /** Ends the reservation after this member's own attempt has failed. */
  private synchronized void endReservation() {
    if (reservedFor == ownAttempt) {
      reservedUntilNanos = System.nanoTime();
    }
  }

  // --- not available without a cluster ---------------------------------------------------------

  @Override
  public CompletableFuture<MemberInfo> join(NewMember member, boolean learner) {
    return noCluster();
  }

  @Override
  public CompletableFuture<Void> announce(AddPeer member) {
    return noCluster();
  }

  @Override
  public CompletableFuture<Void> promote(long memberId) {
    return noCluster();
  }

  @Override
  public CompletableFuture<Void> remove(long memberId) {
    return noCluster();
  }

  @Override
  public CompletableFuture<Long> handOver() {
    return noCluster();
  }

  @Override
  public CompletableFuture<Boolean> transferLeadership(long memberId) {
    return noCluster();
  }

  private static <T> CompletableFuture<T> noCluster() {
    return CompletableFuture.failedFuture(new NotServed(NotServed.Reason.NO_CLUSTER));
  }
}
