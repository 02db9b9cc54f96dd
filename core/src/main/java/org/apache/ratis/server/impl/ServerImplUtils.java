package org.apache.ratis.server.impl;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.GroupMismatchException;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachine;
import org.apache.ratis.util.JavaUtils;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/**
 * Parts of Ratis' server that stand alone. Takes the place of the class of this name in Ratis
 * 3.2.2, for the sake of {@link NavigableIndices}; the rest does the same as there.
 */
public final class ServerImplUtils {

  private static final int BIND_ATTEMPTS = 5;
  private static final int BIND_RETRY_MS = 500;

  private ServerImplUtils() {}

  /** The appends to a member's log. Created by Ratis. */
  static final class NavigableIndices {
    private final PendingAppends pending = new PendingAppends();

    boolean contains(TermIndex entry) {
      return pending.contains(entry);
    }

    /**
     * @param ratisAppend not used: it passes the entries to another thread
     */
    CompletableFuture<Void> append(
        List<LogEntryProto> entries,
        Function<List<LogEntryProto>, CompletableFuture<Void>> ratisAppend) {
      return pending.append(entries, ReceivedAppend.current());
    }
  }

  /**
   * Creates a server, which is not started yet.
   *
   * @throws IOException if the address is in use, or the data on disk cannot be read
   */
  public static RaftServerProxy newRaftServer(
      RaftPeerId id,
      RaftGroup group,
      RaftStorage.StartupOption option,
      StateMachine.Registry stateMachines,
      ThreadGroup threads,
      RaftProperties properties,
      Parameters parameters)
      throws IOException {
    RaftServerProxy server;
    try {
      // The server before this one may not have let go of the address yet.
      server =
          JavaUtils.attemptRepeatedly(
              () -> new RaftServerProxy(id, stateMachines, properties, parameters, threads),
              BIND_ATTEMPTS,
              TimeDuration.valueOf(BIND_RETRY_MS, TimeUnit.MILLISECONDS),
              "binding " + id,
              RaftServer.LOG);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("creating the Raft server was interrupted");
    }
    server.initGroups(group, option);
    return server;
  }

  public static RaftConfiguration newRaftConfiguration(
      List<RaftPeer> members,
      List<RaftPeer> listeners,
      long index,
      List<RaftPeer> oldMembers,
      List<RaftPeer> oldListeners) {
    RaftConfigurationImpl.Builder configuration =
        RaftConfigurationImpl.newBuilder().setConf(members, listeners).setLogEntryIndex(index);
    if (!oldMembers.isEmpty() || !oldListeners.isEmpty()) {
      configuration.setOldConf(oldMembers, oldListeners);
    }
    return configuration.build();
  }

  /** How far a follower may advance its commit index: not beyond the entries it was just sent. */
  static long effectiveCommitIndex(
      long leaderCommitIndex, @Nullable TermIndex previous, int entries) {
    long before = previous == null ? RaftLog.LEAST_VALID_LOG_INDEX : previous.getIndex();
    return Math.min(leaderCommitIndex, before + entries);
  }

  static void assertGroup(RaftGroupMemberId local, RaftClientRequest request)
      throws GroupMismatchException {
    assertGroup(local, request.getRequestorId(), request.getRaftGroupId());
  }

  static void assertGroup(RaftGroupMemberId local, Object remote, RaftGroupId remoteGroup)
      throws GroupMismatchException {
    if (!local.getGroupId().equals(remoteGroup)) {
      throw new GroupMismatchException(
          "%s is of group %s, and %s of group %s"
              .formatted(local.getPeerId(), local.getGroupId(), remote, remoteGroup));
    }
  }

  /**
   * Checks that entries follow each other and the entry before, and are of no later term than the
   * leader's.
   */
  static void assertEntries(
      AppendEntriesRequestProto request, @Nullable TermIndex previous, ServerState state) {
    if (request.getEntriesCount() == 0) {
      return;
    }
    long index = request.getEntries(0).getIndex();
    long expected =
        previous == null || previous.getTerm() == 0
            ? RaftLog.LEAST_VALID_LOG_INDEX
            : previous.getIndex() + 1;
    // The entry before may be in the snapshot alone.
    if (index != expected && index != state.getSnapshotIndex() + 1) {
      throw new IllegalStateException("entry " + index + " does not follow " + previous);
    }
    for (LogEntryProto entry : request.getEntriesList()) {
      if (entry.getIndex() != index || entry.getTerm() > request.getLeaderTerm()) {
        throw new IllegalStateException(
            "entry %d:%d in the place of %d, from a leader of term %d"
                .formatted(entry.getTerm(), entry.getIndex(), index, request.getLeaderTerm()));
      }
      index++;
    }
  }
}
