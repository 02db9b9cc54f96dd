package io.metastore.core.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's part in the Raft group: proposes entries, and tells who leads and what is
 * committed.
 *
 * <p>Thread-safe after {@link #start}.
 */
public final class RaftNode {
  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
  private static final long WATCHDOG_MS_MIN = 10_000;
  private static final long SNAPSHOT_TIMEOUT_MS = 60_000;

  private final RaftGroupId groupId;
  private final RaftPeerId self;
  private final List<RaftMember> members;
  private final RaftServer server;
  private final RaftServer.Division division;
  // Through the division and not the server, which would hop to a pool thread and wait there.
  private final RaftClientAsynchronousProtocol direct;
  private final ClientId clientId = ClientId.randomId();
  private final AtomicLong callIds = new AtomicLong();
  private final Proposals proposals;
  private final LogAppenders appenders;
  private final AppenderWatchdog watchdog;

  private RaftNode(
      RaftGroupId groupId,
      RaftPeerId self,
      List<RaftMember> members,
      RaftServer server,
      Proposals proposals,
      LogAppenders appenders,
      AppenderWatchdog watchdog)
      throws IOException {
    this.groupId = groupId;
    this.self = self;
    this.members = members;
    this.proposals = proposals;
    this.appenders = appenders;
    this.watchdog = watchdog;
    this.server = server;
    this.division = server.getDivision(groupId);
    this.direct = (RaftClientAsynchronousProtocol) division;
  }

  /**
   * Repairs what a crash may have torn, starts Raft and replays committed entries.
   *
   * @param clusterId names the group: members of another cluster are not listened to
   * @param members all members, this one included
   * @param mayVote asked whenever another member wants this one's vote, on any thread
   */
  public static RaftNode start(
      RaftSettings settings,
      long clusterId,
      long selfId,
      List<RaftMember> members,
      ReplicatedState state,
      PeerService service,
      BooleanSupplier mayVote,
      ProcessStopper stopper)
      throws IOException {
    RaftGroupId groupId = RaftGroupId.valueOf(new UUID(0x6d65746173746f72L, clusterId));
    CheckpointStorage checkpoints = new CheckpointStorage(settings.checkpointDirectory());
    checkpoints.open();
    repairLog(settings, groupId, Math.max(checkpoints.newestIndex(), state.appliedIndex()));
    List<RaftPeer> peers = new ArrayList<>();
    for (RaftMember member : members) {
      peers.add(
          RaftPeer.newBuilder()
              .setId(peerId(member.id()))
              .setAddress(member.peerAddress())
              .build());
    }
    Proposals proposals = new Proposals();
    LogAppenders appenders = new LogAppenders();
    RatisBridge bridge = new RatisBridge(state, checkpoints, proposals, appenders, stopper);
    Parameters parameters = new Parameters();
    appenders.putInto(parameters);
    GrpcConfigKeys.Server.setServicesCustomizer(
        parameters,
        (builder, types) -> {
          settings.peerListen().stream().skip(1).forEach(builder::addListenAddress);
          return builder
              .directExecutor()
              .callExecutor(new CallThreads())
              .addService(service.build())
              .intercept(new DurableVotes(settings.groupDirectory(groupId.getUuid())))
              .intercept(new VoteGate(mayVote));
        });
    RaftServer server =
        RaftServer.newBuilder()
            .setServerId(peerId(selfId))
            .setGroup(RaftGroup.valueOf(groupId, peers))
            .setStateMachine(bridge)
            .setProperties(settings.toProperties())
            .setParameters(parameters)
            .setOption(RaftStorage.StartupOption.RECOVER)
            .build();
    AppenderWatchdog watchdog =
        new AppenderWatchdog(
            Math.max(WATCHDOG_MS_MIN, 10L * settings.electionTimeoutMs()),
            () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
            follower -> {
              LOG.error("raft is silent to a follower that answers, follower={}", follower);
              appenders.restart(follower);
            });
    RaftNode node =
        new RaftNode(groupId, peerId(selfId), members, server, proposals, appenders, watchdog);
    server.start();
    return node;
  }

  private static void repairLog(RaftSettings settings, RaftGroupId groupId, long stateIndex)
      throws IOException {
    RaftLogRepair.Repair repair =
        RaftLogRepair.repair(settings.groupDirectory(groupId.getUuid()), stateIndex);
    if (repair.changed()) {
      LOG.warn(
          "repaired raft log after a crash segment={} validBytes={} cutBytes={} purgedSegments={}",
          repair.segment(),
          repair.validBytes(),
          repair.cutBytes(),
          repair.purged());
    }
  }

  private static RaftPeerId peerId(long memberId) {
    return RaftPeerId.valueOf(Long.toHexString(memberId));
  }

  private static long memberId(@Nullable RaftPeerId peerId) {
    return peerId == null ? 0 : Long.parseUnsignedLong(peerId.toString(), 16);
  }

  /**
   * Proposes one entry.
   *
   * @param entry not changed any more by the caller
   * @param proposal handed to {@link ReplicatedState#apply} on this member instead of decoding the
   *     bytes
   * @return completes on the apply thread, or at once on the calling one: callbacks must not block
   */
  public CompletableFuture<ProposalResult> propose(byte[] entry, Object proposal) {
    long callId = callIds.incrementAndGet();
    proposals.add(callId, proposal);
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(clientId)
            .setServerId(self)
            .setGroupId(groupId)
            .setCallId(callId)
            .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
            .setType(RaftClientRequest.writeRequestType())
            .build();
    CompletableFuture<RaftClientReply> reply;
    try {
      reply = direct.submitClientRequestAsync(request);
    } catch (IOException e) {
      reply = CompletableFuture.failedFuture(e);
    }
    return reply.handle(
        (answer, failure) -> {
          boolean mayBeInLog = proposals.remove(callId);
          if (failure == null && answer.isSuccess()) {
            return ProposalResult.APPLIED;
          }
          return mayBeInLog ? ProposalResult.UNKNOWN : ProposalResult.NOT_PROPOSED;
        });
  }

  /** Whether this member leads and has applied everything committed before its term. */
  public boolean isLeaderReady() {
    return division.getInfo().isLeader() && division.getInfo().isLeaderReady();
  }

  /** The leader's member id; 0 if none is known. */
  public long leaderId() {
    return memberId(division.getInfo().getLeaderId());
  }

  public long term() {
    return division.getInfo().getCurrentTerm();
  }

  /** The highest index known here to be committed. */
  public long committedIndex() {
    return division.getRaftLog().getLastCommittedIndex();
  }

  public List<RaftMember> members() {
    return members;
  }

  /** The peer address of a member, or null if there is no such member. */
  public @Nullable String findAddress(long memberId) {
    for (RaftMember member : members) {
      if (member.id() == memberId) {
        return member.peerAddress();
      }
    }
    return null;
  }

  /** How far a follower's log is known to agree with this leader's; -1 if it is no follower. */
  public long matchIndex(long memberId) {
    return appenders.matchIndex(peerId(memberId));
  }

  /**
   * Followers of this leader from which Raft has heard nothing for long. Whether they answer
   * otherwise is to be asked every second or so, and told to {@link #followerAsked}.
   */
  public List<RaftMember> silentFollowers() {
    List<RaftPeerId> silent = watchdog.silent(AppenderWatchdog.followersOf(division));
    return members.stream().filter(member -> silent.contains(peerId(member.id()))).toList();
  }

  /** Whether a silent follower answered; if it does so for long, Raft's sender is replaced. */
  public void followerAsked(long memberId, boolean answered) {
    watchdog.asked(peerId(memberId), answered);
  }

  /** Whether Raft still runs; once it does not, it never will again in this process. */
  public boolean isAlive() {
    LifeCycle.State state = division.getInfo().getLifeCycleState();
    return state != LifeCycle.State.CLOSING
        && state != LifeCycle.State.CLOSED
        && state != LifeCycle.State.EXCEPTION;
  }

  /** Makes a checkpoint on the apply thread and purges the log up to it. */
  public CompletableFuture<Boolean> takeSnapshot() {
    return server
        .snapshotManagementAsync(
            SnapshotManagementRequest.newCreate(
                clientId,
                self,
                groupId,
                callIds.incrementAndGet(),
                SNAPSHOT_TIMEOUT_MS,
                /* creationGap= */ 1))
        .thenApply(RaftClientReply::isSuccess);
  }

  /**
   * Hands leadership to another member, so that stopping this one costs the cluster no election
   * timeout.
   *
   * @return whether the other member leads now
   */
  public CompletableFuture<Boolean> transferLeadership(long memberId, long timeoutMs) {
    try {
      return server
          .transferLeadershipAsync(
              new TransferLeadershipRequest(
                  clientId, self, groupId, callIds.incrementAndGet(), peerId(memberId), timeoutMs))
          .thenApply(RaftClientReply::isSuccess);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Stops Raft; afterwards nothing is applied any more.
   *
   * @return false if it did not stop in time: Ratis 3.2.2 can wait for ever for a thread of its own
   *     whose wake-up got lost ({@code AwaitToRun.close}). Entries may then still be applied until
   *     the process ends
   */
  public boolean stop(long timeoutMs) {
    CompletableFuture<Void> stopped =
        CompletableFuture.runAsync(
            () -> {
              try {
                server.close();
              } catch (IOException e) {
                throw new UncheckedIOException("close raft", e);
              }
            },
            task -> {
              Thread closer = new Thread(task, "raft-close");
              closer.setDaemon(true);
              closer.start();
            });
    try {
      stopped.get(timeoutMs, TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      LOG.atWarn().setCause(e).log("raft did not stop");
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
