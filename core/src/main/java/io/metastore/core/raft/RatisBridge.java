package io.metastore.core.raft;

import io.metastore.core.disk.FullDisk;
import io.metastore.core.raft.Proposals.Proposal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.segmented.CachedEntries;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.JavaUtils;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adapts Ratis' state machine interface to {@link ReplicatedState}.
 *
 * <p>If applying or logging fails, Ratis only closes the group and leaves the process running. Here
 * every such failure ends the process, so that clients and operators notice it ({@code ratis.md} §3
 * #11).
 */
final class RatisBridge extends BaseStateMachine {
  private static final Logger LOG = LoggerFactory.getLogger(RatisBridge.class);

  private final ReplicatedState state;
  private final CheckpointStorage checkpoints;
  private final ProcessStopper stopper;
  private final Proposals proposals;
  private final LogAppenders appenders;
  private final Path groupDirectory;
  private final LogRetention retention;
  private final RecentEntries recent;
  private final CompletableFuture<Message> applied =
      CompletableFuture.completedFuture(Message.EMPTY);

  /** The members from the configuration entry that is passed to the state next. */
  private volatile Configured configured = new Configured(-1, RaftMembers.UNKNOWN);

  private record Configured(long index, RaftMembers members) {}

  /** Found when it is first needed: it does not exist yet when this object is created. */
  private final Supplier<RaftLog> log =
      JavaUtils.memoize(
          () ->
              JavaUtils.callAsUnchecked(
                  () -> getServer().join().getDivision(getGroupId()).getRaftLog()));

  /** Whether the last attempt to write a checkpoint is to be repeated by the apply thread. */
  private volatile boolean checkpointUnusable;

  /**
   * @param catchupEntries number of entries to keep in the log before a checkpoint
   */
  RatisBridge(
      ReplicatedState state,
      CheckpointStorage checkpoints,
      Proposals proposals,
      LogAppenders appenders,
      Path groupDirectory,
      int catchupEntries,
      ProcessStopper stopper) {
    this.proposals = proposals;
    this.appenders = appenders;
    this.groupDirectory = groupDirectory;
    this.state = state;
    this.checkpoints = checkpoints;
    this.stopper = stopper;
    this.retention = new LogRetention(catchupEntries);
    this.recent =
        new RecentEntries(
            (term, index) -> CachedEntries.drop(log.get(), term, index), appenders::receivedByAll);
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage)
      throws IOException {
    super.initialize(server, groupId, storage);
    // Ratis replays from its newest snapshot. If the tables are ahead of it, a checkpoint of them
    // must be made first. If they are behind, the process died after a checkpoint was received and
    // before it was opened.
    Path newest = checkpoints.findNewest();
    if (newest != null && state.appliedIndex() < checkpoints.newestIndex()) {
      state.restore(newest);
    } else if (state.appliedIndex() > checkpoints.newestIndex()) {
      writeCheckpoint();
      takeSnapshot();
      checkpoints.deleteOld();
    }
    retention.opened(state.appliedIndex());
    setLastAppliedTermIndex(TermIndex.valueOf(state.appliedTerm(), state.appliedIndex()));
    // Ratis leaves these state changes to the state machine, and allows pausing in RUNNING only.
    getLifeCycle().transition(LifeCycle.State.STARTING);
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  @Override
  public TransactionContext startTransaction(RaftClientRequest request) {
    return TransactionContext.newBuilder()
        .setStateMachine(this)
        .setClientRequest(request)
        .setStateMachineContext(proposals.find(request.getCallId()))
        .build();
  }

  /** Called under the log's lock, immediately before the entry is appended. */
  @Override
  public TransactionContext preAppendTransaction(TransactionContext transaction) {
    if (transaction.getStateMachineContext() instanceof Proposal proposal) {
      // From here on the entry may be in the log, whatever happens to the request. Not earlier:
      // between startTransaction and this call, Ratis refuses requests if the leader steps down.
      proposal.appended();
    }
    return transaction;
  }

  @Override
  public TransactionContext startTransaction(LogEntryProto entry, RaftPeerRole role) {
    return TransactionContext.newBuilder()
        .setStateMachine(this)
        .setLogEntry(entry)
        .setServerRole(role)
        .build();
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry = transaction.getLogEntry();
    Proposal proposal = (Proposal) transaction.getStateMachineContext();
    try {
      if (proposal != null) {
        proposal.listener.committed(entry.getTerm(), entry.getIndex());
      }
      appenders.committed(entry.getIndex());
      state.apply(
          entry.getTerm(),
          entry.getIndex(),
          entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer(),
          proposal == null ? null : proposal.value);
      retention.applied(entry.getIndex(), entry.getSerializedSize());
      recent.applied(entry.getTerm(), entry.getIndex(), entry.getSerializedSize());
      updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
    } catch (RuntimeException | Error e) {
      stop("applying entry " + entry.getTerm() + ":" + entry.getIndex() + " failed", e);
      throw e;
    }
    return applied;
  }

  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    super.notifyTermIndexUpdated(term, index);
    appenders.committed(index);
    try {
      Configured noted = configured;
      if (noted.index() == index) {
        state.configured(term, index, noted.members());
      } else {
        state.skip(term, index);
      }
    } catch (RuntimeException | Error e) {
      stop("applying entry " + term + ":" + index + " failed", e);
      throw e;
    }
  }

  @Override
  public void notifyConfigurationChanged(
      long term, long index, RaftConfigurationProto configuration) {
    try {
      // Ratis has renamed its configuration file, but has not forced the rename.
      DurableFiles.force(groupDirectory);
    } catch (IOException e) {
      stopper.stop("the configuration was not forced to disk", e);
    }
    // Also called on another thread when a checkpoint arrives; no entry follows then.
    configured = new Configured(index, RaftMembers.of(configuration));
    state.leaderChanged();
  }

  @Override
  public void notifyLeaderReady() {
    state.leaderReady();
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pending) {
    state.leaderChanged();
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    state.leaderChanged();
  }

  /**
   * Writes a checkpoint while entries are applied; {@link #takeSnapshot} makes it known. Any thread
   * that may block.
   *
   * @throws IOException also if the disk is full
   */
  void writeCheckpoint() throws IOException {
    try {
      checkpointUnusable = !checkpoints.write(this::checkpoint);
    } catch (RuntimeException e) {
      if (FullDisk.isCauseOf(e)) {
        throw new IOException("no space for a checkpoint", e);
      }
      throw e;
    }
  }

  private @Nullable TermIndex checkpoint(Path target) {
    ReplicatedState.Position position = state.checkpoint(target);
    return position == null ? null : TermIndex.valueOf(position.term(), position.index());
  }

  /**
   * Makes the last written checkpoint known to Ratis. If this throws, Ratis continues without it.
   *
   * @return the index up to which Ratis may delete its log; the checkpoint may contain more
   */
  @Override
  public long takeSnapshot() throws IOException {
    if (checkpointUnusable) {
      writeCheckpoint();
    }
    checkpoints.publish();
    long newest = checkpoints.newestIndex();
    if (newest < 0) {
      return RaftLog.INVALID_LOG_INDEX;
    }
    long needed = appenders.neededAfter();
    boolean kept = needed < newest && isMoreLogWorthKeeping();
    return Math.max(0, retention.droppable(newest, kept ? needed : Long.MAX_VALUE));
  }

  /**
   * Whether to keep the log for a follower that needs more of it than is usually kept: not if
   * sending the checkpoint would be less, or disk space is low.
   */
  private boolean isMoreLogWorthKeeping() throws IOException {
    long logBytes = DurableFiles.bytesIn(groupDirectory);
    return logBytes < Math.max(checkpoints.newestBytes(), LogRetention.BYTES_MAX)
        && logBytes < groupDirectory.toFile().getUsableSpace();
  }

  @Override
  public void pause() {
    checkpoints.receiving();
    if (getLifeCycleState() == LifeCycle.State.PAUSED) {
      return;
    }
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    state.pause();
    getLifeCycle().transition(LifeCycle.State.PAUSED);
  }

  @Override
  public void reinitialize() throws IOException {
    Path checkpoint = checkpoints.adoptReceived();
    try {
      state.restore(checkpoint);
    } catch (RuntimeException | Error e) {
      stopper.stop("restoring from " + checkpoint + " failed", e);
    }
    retention.opened(state.appliedIndex());
    setLastAppliedTermIndex(TermIndex.valueOf(state.appliedTerm(), state.appliedIndex()));
    getLifeCycle().transition(LifeCycle.State.STARTING);
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  @Override
  public CheckpointStorage getStateMachineStorage() {
    return checkpoints;
  }

  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
    stop("the Raft log failed", cause);
  }

  /**
   * Ends the process, unless the failure was caused by closing this member while the disk is full.
   */
  private void stop(String why, Throwable cause) {
    if (FullDisk.isWaitEnded(cause)) {
      LOG.atInfo().addKeyValue("why", why).log("closed while the disk is full");
    } else {
      stopper.stop(why, cause);
    }
  }

  @Override
  public void notifyServerShutdown(RoleInfoProto roleInfo, boolean allServer) {
    LOG.debug("raft server shut down allServer={}", allServer);
  }
}
