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
import io.metastore.core.command.InviteReply;
import io.metastore.core.command.InviteRequest;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.PeerServer;
import io.metastore.core.raft.PeerService;
import io.metastore.core.raft.PeerTls;
import java.io.IOException;
import java.net.InetSocketAddress;
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
 * Where a member waits that has no cluster: it listens to other members only, until it is asked to
 * found a cluster or is invited to one.
 *
 * <p>A cluster is founded in two rounds. First all members are asked whether they would come, and
 * keep themselves free for a while; then each is told, and writes it down. If somebody is lost
 * between the rounds, those that were told wait for a majority of each other; the lost one still
 * waits, and can be removed and joined.
 *
 * <p>Thread-safe.
 */
public final class WaitingNode implements Membership, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WaitingNode.class);

  private static final long ASK_MS = 5000;
  private static final long KEPT_FREE_MS = 10_000;
  private static final int TELL_TRIES = 10;
  private static final long TELL_PAUSE_MS = 500;
  private static final int MESSAGE_BYTES_MAX = 1 << 20;

  private final String name;
  private final Consumer<Invitation> writeDown;
  private final PeerChannels peers;
  private final PeerServer server;
  private final SecureRandom random = new SecureRandom();
  private final CompletableFuture<Invitation> invited = new CompletableFuture<>();
  private final CompletableFuture<ClusterView> formed = new CompletableFuture<>();

  /** Tells this member's attempts to found a cluster from those of others. */
  private final long ownAttempt = random.nextLong();

  private final AtomicBoolean founding = new AtomicBoolean();

  /** Guarded by this, as is what follows: for whose attempt this member keeps itself free. */
  private long attempt;

  private long keptFreeUntilNanos = System.nanoTime();
  private @Nullable Invitation accepted;

  private WaitingNode(
      String name,
      List<InetSocketAddress> listen,
      @Nullable PeerTls tls,
      Consumer<Invitation> writeDown)
      throws IOException {
    this.name = name;
    this.peers = new PeerChannels(tls, MESSAGE_BYTES_MAX);
    this.writeDown = writeDown;
    this.server =
        PeerServer.start(
            listen,
            tls,
            new PeerService()
                .on(PeerCall.INVITE, request -> CompletableFuture.completedFuture(serve(request))));
  }

  /**
   * Listens for other members.
   *
   * @param name as this member was told; whoever means another one is refused
   * @param tls how members speak TLS with each other; null if they do without
   * @param writeDown makes an invitation durable, before this member's word is given
   * @throws IOException if an address cannot be bound
   */
  public static WaitingNode open(
      String name,
      List<InetSocketAddress> listen,
      @Nullable PeerTls tls,
      Consumer<Invitation> writeDown)
      throws IOException {
    return new WaitingNode(name, listen, tls, writeDown);
  }

  /** Completes when this member is to belong to a cluster. Close this node then. */
  public CompletableFuture<Invitation> invited() {
    return invited;
  }

  /** The cluster has a leader: who asked to found it is answered. */
  public void formed(ClusterView cluster) {
    formed.complete(cluster);
  }

  /** Gives the addresses free; the answer to who asked for a cluster is still owed. */
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
          new ChangeRefused(Reason.IN_PROGRESS, "this member is founding a cluster"));
    }
    // This member is asked as well: the others must reach it there.
    return invite(own, byId.keySet(), /* binding= */ false)
        .thenCompose(
            willing -> {
              // First, so that the others never wait for a founder that forgot them.
              accept(own);
              Set<Long> others = new HashSet<>(byId.keySet());
              others.remove(own.memberId());
              return invite(own, others, /* binding= */ true)
                  .whenComplete((told, failure) -> invited.complete(own))
                  .exceptionally(
                      failure -> {
                        LOG.atError().setCause(failure).log("not every member could be told");
                        throw new OutcomeUnknown(OutcomeUnknown.Reason.CONNECTION_LOST);
                      });
            })
        .whenComplete(
            (told, failure) -> {
              if (failure != null) {
                giveFree();
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
    throw new ChangeRefused(
        Reason.BAD_REQUEST, "members", "does not name the asked member, " + name);
  }

  private static void requireDistinct(List<NewMember> members) {
    Set<String> seen = new HashSet<>();
    for (NewMember member : members) {
      if (!seen.add("name " + member.name()) || !seen.add("address " + member.peerAddress())) {
        throw new ChangeRefused(
            Reason.BAD_REQUEST,
            "members",
            "has a name or URL twice: %s, %s".formatted(member.name(), member.peerAddress()));
      }
    }
  }

  /** Completes when all of them said yes; fails with the first refusal. */
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
        .call(member.peerAddress(), PeerCall.INVITE, request, ASK_MS)
        .handle(
            (reply, failure) -> {
              if (failure == null) {
                Invitations.requireWilling(member.name(), member.peerAddress(), reply);
                return CompletableFuture.<Void>completedFuture(null);
              }
              if (tries > 1) {
                return CompletableFuture.runAsync(
                        () -> {},
                        CompletableFuture.delayedExecutor(TELL_PAUSE_MS, TimeUnit.MILLISECONDS))
                    .thenCompose(paused -> invite(member, request, tries - 1));
              }
              throw new ChangeRefused(
                  Reason.UNSAFE, "no answer from " + member.peerAddress() + ": " + failure);
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
                      .setAddress(member.peerAddress()));
            });
    return request.build();
  }

  // --- being invited ---------------------------------------------------------------------------

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
      if (!keepFree(request.getAttempt())) {
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
      throw new ChangeRefused(Reason.ALREADY_MEMBER, "this member was just given a cluster");
    }
    if (accepted == null) {
      writeDown.accept(invitation);
      accepted = invitation;
      LOG.atInfo()
          .addKeyValue("cluster-id", Long.toHexString(invitation.clusterId()))
          .addKeyValue("local-member-id", Long.toHexString(invitation.memberId()))
          .addKeyValue("cluster-runs", invitation.clusterRuns())
          .log("was given a cluster");
    }
  }

  /** False if this member keeps itself free for another attempt. */
  private boolean keepFree(long forAttempt) {
    long now = System.nanoTime();
    if (attempt != forAttempt && now - keptFreeUntilNanos < 0) {
      return false;
    }
    attempt = forAttempt;
    keptFreeUntilNanos = now + TimeUnit.MILLISECONDS.toNanos(KEPT_FREE_MS);
    return true;
  }

  /** An attempt of this member's own failed. */
  private synchronized void giveFree() {
    if (attempt == ownAttempt) {
      keptFreeUntilNanos = System.nanoTime();
    }
  }

  // --- what a member without a cluster cannot do -----------------------------------------------

  @Override
  public CompletableFuture<MemberInfo> join(NewMember member, boolean learner) {
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

  private static <T> CompletableFuture<T> noCluster() {
    return CompletableFuture.failedFuture(new NotServed(NotServed.Reason.NO_CLUSTER));
  }
}
