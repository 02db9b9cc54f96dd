package io.metastore.core.raft;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which calls of other members are served. Raft entries and {@link PeerCall}s stay
 * on the event loop that read them, because they are only passed on and switching threads costs
 * more. Calls that wait for the disk have their own threads.
 */
final class CallThreads implements ServerCallExecutorSupplier {
  private static final int THREADS = 4;
  private static final int IDLE_S = 10;

  private static final Set<String> DISK_CALLS =
      Set.of(
          RaftServerProtocolServiceGrpc.getRequestVoteMethod().getFullMethodName(),
          RaftServerProtocolServiceGrpc.getStartLeaderElectionMethod().getFullMethodName(),
          RaftServerProtocolServiceGrpc.getInstallSnapshotMethod().getFullMethodName());

  private final ThreadPoolExecutor diskThreads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          IDLE_S,
          TimeUnit.SECONDS,
          // Unbounded, but other members send one such call at a time; a snapshot is sent in at
          // most eight messages.
          new LinkedBlockingQueue<>(),
          task -> {
            Thread thread = new Thread(task, "raft-call");
            thread.setDaemon(true);
            return thread;
          });

  CallThreads() {
    diskThreads.allowCoreThreadTimeOut(true);
  }

  @Override
  public <Q, A> @Nullable Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
    return DISK_CALLS.contains(call.getMethodDescriptor().getFullMethodName())
        ? diskThreads
        : null; // use the server's executor
  }
}
