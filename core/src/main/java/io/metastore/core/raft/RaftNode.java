package io.metastore.core.raft;

import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.protocol.exceptions.SetConfigurationException;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.impl.LostMajority;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's part of the Raft group: proposes entries, and knows the leader and the committed
 * index.
 *
 * <p>Thread-safe after {@link #start}.
 */
public final class RaftNode {
  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
  private static final long WATCHDOG_MS_MIN = 10_000;
  private static final long RESTART_STOP_MS = 30_000;
  private static final long SNAPSHOT_TIMEOUT_MS = 60_000;

  private final RaftGroupId groupId;
  private final RaftPeerId self;
  private final ServerFactory servers;

  /** This field and those derived from it change at most once, see {@link #restartLearner}. */
  private volatile RaftServer server;

  private volatile RaftServer.Division division;
  // Requests go to the division directly; the server would switch to a pool thread and wait there.
  private volatile RaftClientAsynchronousProtocol direct;
  private volatile boolean restarting;
  private final ClientId clientId = ClientId.randomId();
  private final AtomicLong callIds = new AtomicLong();
  private final Proposals proposals;
  private final LogAppenders appenders;
  private final EarlyCommits earlyCommits;
  private final FollowerAppends followerAppends;
  private final LearnerVotes learnerVotes;
  private final AppenderWatchdog watchdog;

  /** The result of {@link #members}, cached until Raft's configuration changes. */
  private volatile Configured configured;

  private record Configured(RaftConfiguration source, RaftMembers members) {}

  /** Creates a Raft server from the data on disk, without starting it. */
  private interface ServerFactory {
    RaftServer create() throws IOException;
  }

  private RaftNode(
      RaftGroupId groupId,
      RaftPeerId self,
      ServerFactory servers,
      Proposals proposals,
      LogAppenders appenders,
      EarlyCommits earlyCommits,
      FollowerAppends followerAppends,
      LearnerVotes learnerVotes,
      AppenderWatchdog watchdog)
      throws IOException {
    this.groupId = groupId;
    this.self = self;
    this.proposals = proposals;
    this.appenders = appenders;
    this.earlyCommits = earlyCommits;
    this.followerAppends = followerAppends;
    this.learnerVotes = learnerVotes;
    this.watchdog = watchdog;
    this.servers = servers;
    use(servers.create());
    RaftConfiguration configuration = division.getRaftConf();
    this.configured = new Configured(configuration, RaftMembers.of(configuration));
  }

  private RatisBridge bridge() {
    return (RatisBridge) division.getStateMachine();
  }

  private void use(RaftServer created) throws IOException {
    server = created;
    division = created.getDivision(groupId);
    direct = (RaftClientAsynchronousProtocol) division;
    learnerVotes.of(division);
    followerAppends.of(division);
  }

  /**
   * Repairs the log after a crash, starts Raft and replays committed entries.
   *
   * @param clusterId identifies the group; members of other clusters are ignored
   * @param members the members as far as known; the log's own configuration takes precedence.
   *     {@link RaftMembers#UNKNOWN} for an invited member, which does nothing before the leader
   *     contacts it
   * @param dialer connects to the other members
   * @param traffic counts the bytes of their calls to this one
   * @param mayVote called whenever another member requests a vote, on any thread
   * @param pages served to HTTP/1.1 clients of the peer addresses
   */
  public static RaftNode start(
      RaftSettings settings,
      long clusterId,
      long selfId,
      RaftMembers members,
      PeerDialer dialer,
      PeerTraffic traffic,
      ReplicatedState state,
      PeerService service,
      BooleanSupplier mayVote,
      PeerPages pages,
      ProcessStopper stopper)
      throws IOException {
    RaftGroupId groupId = RaftGroupId.valueOf(RaftSettings.groupId(clusterId));
    LogAppenders appenders = new LogAppenders();
    CheckpointStorage checkpoints =
        new CheckpointStorage(settings.checkpointDirectory(), appenders::isSending);
    checkpoints.open();
    long lastIndex = repairLog(settings, groupId, state, checkpoints.newestIndex());
    Path groupDirectory = settings.groupDirectory(groupId.getUuid());
    if (settings.forcedGroup() && Files.exists(groupDirectory)) {
      LOG.atWarn().addKeyValue("members", members.all()).log("forcing restart member");
      ForcedGroup.write(groupDirectory, members, lastIndex);
    }
    List<RaftPeer> peers = new ArrayList<>(members.peers());
    peers.addAll(members.listeners());
    Proposals proposals = new Proposals();
    EarlyCommits earlyCommits = new EarlyCommits();
    FollowerAppends followerAppends = new FollowerAppends();
    LearnerVotes learnerVotes = new LearnerVotes();
    AnswerThreads.use();
    Parameters parameters = new Parameters();
    appenders.putInto(parameters);
    GuardedGrpcFactory.putInto(parameters, dialer);
    GrpcConfigKeys.Server.setServicesCustomizer(
        parameters,
        (builder, types) -> {
          settings.peerListen().addTo(builder);
          return PeerChannels.permitPings(builder)
              .protocolNegotiator(new PeerNegotiator(pages, settings.peerTls()))
              .directExecutor()
              .callExecutor(new CallThreads())
              .addService(service.build())
              .addStreamTracerFactory(traffic.incoming())
              .intercept(learnerVotes)
              .intercept(new DurableVotes(groupDirectory))
              .intercept(new VotesAfterImport())
              .intercept(new VoteGate(mayVote))
              .intercept(followerAppends)
              .intercept(earlyCommits);
        });
    ServerFactory servers =
        () ->
            RaftServer.newBuilder()
                .setServerId(RaftMembers.peerId(selfId))
                .setGroup(RaftGroup.valueOf(groupId, peers))
                .setStateMachine(
                    new RatisBridge(
                        state,
                        checkpoints,
                        proposals,
                        appenders,
                        groupDirectory,
                        settings.catchupEntries(),
                        stopper))
                .setProperties(settings.toProperties(members.isAlone()))
                .setParameters(parameters)
                .setOption(RaftStorage.StartupOption.RECOVER)
                .build();
    AppenderWatchdog watchdog =
        new AppenderWatchdog(
            Math.max(WATCHDOG_MS_MIN, 10L * settings.electionTimeoutMs()),
            () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
            follower -> {
              LOG.error(
                  "no Raft reply from a follower that answers other calls, restarting its log"
                      + " appender follower={}",
                  follower);
              appenders.restart(follower);
            });
    RaftNode node =
        new RaftNode(
            groupId,
            RaftMembers.peerId(selfId),
            servers,
            proposals,
            appenders,
            earlyCommits,
            followerAppends,
            learnerVotes,
            watchdog);
    node.server.start();
    return node;
  }

  /** Returns the index of the last entry in the log or in the state; -1 if there is none. */
  private static long repairLog(
      RaftSettings settings, RaftGroupId groupId, ReplicatedState state, long checkpointIndex)
      throws IOException {
    // Imported tables have term 0. They come without a log; a checkpoint that is newer does not.
    boolean imported = state.appliedTerm() == 0 && checkpointIndex <= state.appliedIndex();
    long stateIndex = Math.max(checkpointIndex, state.appliedIndex());
    RaftLogRepair.Repair repair =
        RaftLogRepair.repair(
            settings.groupDirectory(groupId.getUuid()), stateIndex, /* mayBeMissing= */ imported);
    if (repair.changed()) {
      LOG.warn(
          "repaired raft log after a crash segment={} validBytes={} cutBytes={} purgedSegments={}",
          repair.segment(),
          repair.validBytes(),
          repair.cutBytes(),
          repair.purged());
    }
    return Math.max(stateIndex, repair.lastIndex());
  }

  /**
   * Proposes one entry.
   *
   * @param entry must not be changed any more by the caller
   * @param proposal passed to {@link ReplicatedState#apply} on this member, to save decoding the
   *     bytes
   * @param listener called when the entry is committed, if this member still leads then
   * @return completes on the apply thread, or at once on the calling thread: callbacks must not
   *     block
   */
  public CompletableFuture<ProposalResult> propose(
      byte[] entry, Object proposal, CommitListener listener) {
    long callId = callIds.incrementAndGet();
    proposals.add(callId, proposal, listener);
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
            return ProposalResult.COMMITTED;
          }
          return mayBeInLog ? ProposalResult.UNKNOWN : ProposalResult.NOT_PROPOSED;
        });
  }

  /** Whether this member leads and has applied all entries committed before its term. */
  public boolean isLeaderReady() {
    return division.getInfo().isLeader() && division.getInfo().isLeaderReady();
  }

  /** The leader's member id; 0 if none is known. */
  public long leaderId() {
    return RaftMembers.memberId(division.getInfo().getLeaderId());
  }

  public long term() {
    return division.getInfo().getCurrentTerm();
  }

  /** The highest index that this member knows to be committed. */
  public long committedIndex() {
    return division.getRaftLog().getLastCommittedIndex();
  }

  /**
   * Called when the leader has told this member that an entry is committed. Entries up to it are
   * applied as soon as they are on disk, without waiting for Raft's next message.
   *
   * @param term term of the entry
   */
  public void learnCommitted(long term, long index) {
    earlyCommits.learn(division, term, index);
  }

  /**
   * Called on the leader: a follower is told otherwise that all entries up to this index are
   * committed.
   */
  public void followerLearnsCommitted(long memberId, long index) {
    appenders.told(RaftMembers.peerId(memberId), index);
  }

  /** The members of the group according to this member's log, committed or not. */
  public RaftMembers members() {
    RaftConfiguration current = division.getRaftConf();
    Configured known = configured;
    if (known.source() != current) {
      known = new Configured(current, RaftMembers.of(current));
      configured = known;
    }
    return known.members();
  }

  /** The {@link RaftMember#peerUrls} of a member; null if there is no such member. */
  public @Nullable String findPeerUrls(long memberId) {
    RaftMember member = members().find(memberId);
    return member == null ? null : member.peerUrls();
  }

  /**
   * The index up to which a follower's log is known to agree with this leader's; -1 if it is no
   * follower.
   */
  public long matchIndex(long memberId) {
    return appenders.matchIndex(RaftMembers.peerId(memberId));
  }

  /** Milliseconds since the last Raft reply of a follower; the maximum if it is no follower. */
  public long sinceReplyMs(long memberId) {
    return appenders.sinceReplyMs(RaftMembers.peerId(memberId));
  }

  /** The other voters, on the leader: those that have replied last come first. */
  public List<RaftMember> votersByLastReply() {
    // The times are read first: a sort must not see them change.
    return members().voters().stream()
        .filter(member -> !RaftMembers.peerId(member.id()).equals(self))
        .map(member -> Map.entry(member, sinceReplyMs(member.id())))
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * Followers of this leader that have sent no Raft reply for long. The caller should call each of
   * them about once a second, and report the result to {@link #followerAsked}.
   */
  public List<RaftMember> silentFollowers() {
    List<RaftPeerId> silent = watchdog.silent(AppenderWatchdog.followersOf(division));
    return members().all().stream()
        .filter(member -> silent.contains(RaftMembers.peerId(member.id())))
        .toList();
  }

  /**
   * Reports whether a silent follower answered a call. If it keeps answering, its appender is
   * replaced.
   */
  public void followerAsked(long memberId, boolean answered) {
    watchdog.asked(RaftMembers.peerId(memberId), answered);
  }

  /** Whether Raft is running. Once it has stopped, it cannot be started again in this process. */
  public boolean isAlive() {
    if (restarting) {
      return true;
    }
    LifeCycle.State state = division.getInfo().getLifeCycleState();
    return state != LifeCycle.State.CLOSING
        && state != LifeCycle.State.CLOSED
        && state != LifeCycle.State.EXCEPTION;
  }

  /**
   * Whether this member is a learner that Ratis 3.2.2 has started only partly, or as a voter: a
   * learner added while it runs receives the log but accepts no requests, not even to take a
   * checkpoint, until it is restarted ({@code ratis.md} §3 #3).
   */
  public boolean isHalfStarted() {
    return !restarting && !division.getInfo().isListener() && isLearner();
  }

  /** Whether this member must restart Raft because it is half started, or does so now. */
  public boolean isStarting() {
    return restarting || isHalfStarted();
  }

  /** Whether this member is a learner according to its log. */
  public boolean isLearner() {
    return members().isLearner(RaftMembers.memberId(self));
  }

  /** Restarts Raft for a learner that {@link #isHalfStarted}; blocks for a second or two. */
  public void restartLearner() throws IOException {
    restarting = true;
    try {
      if (!stop(RESTART_STOP_MS)) {
        throw new IOException("raft did not stop");
      }
      RaftServer fresh = servers.create();
      fresh.start();
      // Until now, the stopped one answers questions about its log; the other had none yet.
      use(fresh);
      LOG.info("restarted raft for a learner");
    } finally {
      restarting = false;
    }
  }

  /**
   * Writes a checkpoint while entries are applied, which blocks the caller. Then the apply thread
   * deletes the log before it.
   *
   * @throws IOException if it cannot be written, for example because the disk is full
   */
  public CompletableFuture<Boolean> takeSnapshot() throws IOException {
    bridge().writeCheckpoint();
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

  /** Deletes the checkpoints that are not needed any more; blocks meanwhile. */
  public void deleteOldCheckpoints() throws IOException {
    bridge().getStateMachineStorage().deleteOld();
  }

  /** The newest complete checkpoint on disk; null if there is none. */
  public @Nullable Path findNewestCheckpoint() {
    return bridge().getStateMachineStorage().findNewest();
  }

  /**
   * Transfers leadership to another member, so that stopping this one does not cost the cluster an
   * election timeout.
   *
   * @return whether the other member now leads
   */
  public CompletableFuture<Boolean> transferLeadership(long memberId, long timeoutMs) {
    try {
      return server
          .transferLeadershipAsync(
              new TransferLeadershipRequest(
                  clientId,
                  self,
                  groupId,
                  callIds.incrementAndGet(),
                  RaftMembers.peerId(memberId),
                  timeoutMs))
          .thenApply(RaftClientReply::isSuccess);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Gives up leadership because no majority answers; this member then does not stand for election
   * for two election timeouts. Returns before it is done; does nothing if this member does not
   * lead.
   */
  public void stepDown() {
    LostMajority.stepDown(division);
  }

  /**
   * Changes the members of the group; called on the leader. New members first receive the log and
   * are added when they have nearly all of it.
   *
   * @param from the expected current members; if they differ, nothing is changed
   * @return completes on any thread when the change is committed or has failed
   */
  public CompletableFuture<ChangeResult> changeMembers(RaftMembers from, RaftMembers to) {
    // A learner that has not caught up, or does not answer, would make the change fail.
    appenders.recordCaughtUp(division, RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER);
    // Not the mode ADD: with it, Ratis 3.2.2 forgets the existing listeners.
    SetConfigurationRequest.Arguments arguments =
        SetConfigurationRequest.Arguments.newBuilder()
            .setServersInCurrentConf(from.peers())
            .setListenersInCurrentConf(from.listeners())
            .setServersInNewConf(to.peers())
            .setListenersInNewConf(to.listeners())
            .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
            .build();
    SetConfigurationRequest request =
        new SetConfigurationRequest(clientId, self, groupId, callIds.incrementAndGet(), arguments);
    CompletableFuture<RaftClientReply> reply;
    try {
      reply = server.setConfigurationAsync(request);
    } catch (IOException e) {
      reply = CompletableFuture.failedFuture(e);
    }
    return reply.handle(
        (answer, failure) -> {
          ChangeResult result = resultOf(answer, failure);
          // A promoted learner may vote from now on. Other learners restart first, see
          // isHalfStarted.
          appenders.recordCaughtUp(division, RaftPeerRole.FOLLOWER);
          if (result != ChangeResult.DONE) {
            LOG.atWarn()
                .setCause(failure != null ? failure : answer.getException())
                .addKeyValue("result", result)
                .log("could not change the members");
          }
          if (result == ChangeResult.NOT_CAUGHT_UP) {
            // Ratis stops sending to every member that has not caught up, even to existing members.
            List<RaftPeerId> ids =
                members().all().stream().map(member -> RaftMembers.peerId(member.id())).toList();
            appenders.restartStopped(ids);
          }
          return result;
        });
  }

  private static ChangeResult resultOf(
      @Nullable RaftClientReply answer, @Nullable Throwable failure) {
    if (failure == null && answer != null && answer.isSuccess()) {
      return ChangeResult.DONE;
    }
    Throwable cause = failure == null && answer != null ? answer.getException() : failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof ReconfigurationInProgressException) {
      return ChangeResult.IN_PROGRESS;
    }
    if (cause instanceof ReconfigurationTimeoutException) {
      return ChangeResult.NOT_CAUGHT_UP;
    }
    if (cause instanceof LeaderNotReadyException || cause instanceof LeaderSteppingDownException) {
      return ChangeResult.NOT_LEADER;
    }
    if (cause instanceof SetConfigurationException) {
      return ChangeResult.REFUSED;
    }
    return ChangeResult.UNKNOWN;
  }

  /** Logs what each of Raft's threads is doing; the one that stops it only waits for the others. */
  private void logThreads() {
    Thread.getAllStackTraces()
        .forEach(
            (thread, stack) -> {
              if (thread.getName().startsWith(self.toString())) {
                Throwable place = new Throwable(thread.getName());
                place.setStackTrace(stack);
                LOG.atWarn().setCause(place).log("raft did not stop in time; a thread is here");
              }
            });
  }

  /**
   * Stops Raft; nothing is applied afterwards.
   *
   * @return false if Raft did not stop in time; entries may then still be applied until the process
   *     ends
   */
  public boolean stop(long timeoutMs) {
    FutureTask<Void> stopped =
        new FutureTask<>(
            () -> {
              server.close();
              return null;
            });
    Thread closer = new Thread(stopped, "raft-close");
    closer.setDaemon(true);
    closer.start();
    try {
      stopped.get(timeoutMs, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      logThreads();
    } catch (ExecutionException e) {
      LOG.atWarn().setCause(e).log("raft did not stop");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }
}
