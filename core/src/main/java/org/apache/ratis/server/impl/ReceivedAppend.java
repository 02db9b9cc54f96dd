package org.apache.ratis.server.impl;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.util.JavaUtils;
import org.jspecify.annotations.Nullable;

/**
 * A leader's request to append entries, while the thread that received it passes it to Ratis. It is
 * how {@link PendingAppends}, which Ratis creates, reaches the follower's log.
 */
public final class ReceivedAppend implements PendingAppends.Request {
  private static final ThreadLocal<@Nullable ReceivedAppend> CURRENT = new ThreadLocal<>();

  private final RaftServerImpl follower;
  private final long leaderTerm;

  private ReceivedAppend(RaftServerImpl follower, long leaderTerm) {
    this.follower = follower;
    this.leaderTerm = leaderTerm;
  }

  /** Passes a request to Ratis. */
  public static void handle(
      RaftServer.Division follower, AppendEntriesRequestProto request, Runnable handler) {
    CURRENT.set(new ReceivedAppend((RaftServerImpl) follower, request.getLeaderTerm()));
    try {
      handler.run();
    } finally {
      CURRENT.remove();
    }
  }

  /**
   * The request that this thread handles.
   *
   * @throws IllegalStateException if there is none
   */
  static ReceivedAppend current() {
    ReceivedAppend current = CURRENT.get();
    if (current == null) {
      throw new IllegalStateException("the append was not received by FollowerAppends");
    }
    return current;
  }

  /** Appends nothing if there is a newer leader: its entries may be in the log already. */
  @Override
  public CompletableFuture<Void> append(List<LogEntryProto> entries) {
    ServerState state = follower.getState();
    RaftLog log = state.getLog();
    long newest = entries.get(entries.size() - 1).getIndex();
    // Terms begin under this lock, and a leader appends its entries under it.
    synchronized (follower) {
      if (state.getCurrentTerm() != leaderTerm) {
        return failed("the leader's term has ended: " + leaderTerm);
      }
      try {
        List<CompletableFuture<Long>> appended = log.append(entries);
        if (appended.isEmpty() && log.getFlushIndex() < newest) {
          // Appended by this member when it led. The leader will send them again.
          return failed("in the log, but not on disk yet: entry " + newest);
        }
        return JavaUtils.allOf(appended);
      } catch (RuntimeException e) {
        return CompletableFuture.failedFuture(e);
      }
    }
  }

  private static CompletableFuture<Void> failed(String why) {
    return CompletableFuture.failedFuture(new IllegalStateException(why));
  }

  @Override
  public Executor waitingThread() {
    return follower.getServerExecutor();
  }

  /** The event loop that has read the request, if it was one: it also writes the reply. */
  @Override
  public Executor replyThread() {
    EventExecutor loop = ThreadExecutorMap.currentExecutor();
    return loop == null ? follower.getServerExecutor() : loop;
  }
}
