package io.metastore.core.api;

import io.metastore.core.command.Command;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * One member's view of the replicated store.
 *
 * <p>All methods are thread-safe and return at once. A future completes with an {@link Outcome},
 * which may be {@link Outcome.Failed}: the request cannot be done, and every replica agrees why. It
 * completes exceptionally with a {@link StoreException} when the world failed. Callbacks on these
 * futures run on any of the store's threads, the one that applies the log included, or at once on
 * the calling thread: they must not block, nor do much.
 */
public interface Metastore {

  /**
   * Replicates and applies one command; completes once it is applied on <em>this</em> member, so a
   * local read issued afterwards sees it. Its Raft entry is then on disk on a majority.
   */
  CompletableFuture<Outcome> submit(Command command);

  /** The most bytes of keys and values that {@link #range} gathers, {@value} of them. */
  int SMALL_RANGE_BYTES = 64 << 10;

  /**
   * Reads one key, or a range of at most {@link #SMALL_RANGE_BYTES}; completes with {@link
   * Outcome.Ranged} or {@link Outcome.Failed}, for a larger range with {@link
   * FailureCode#RESPONSE_TOO_LARGE}: take memory from {@link #answers} and read it by {@link
   * #view}.
   */
  CompletableFuture<Outcome> range(Range range, Consistency consistency);

  /**
   * Evaluates a transaction that holds only ranges, without a log entry; completes with {@link
   * Outcome.TxnDone} or {@link Outcome.Failed}, as {@link #range} does for what is not small.
   */
  CompletableFuture<Outcome> readTxn(Txn txn, Consistency consistency);

  /**
   * A view of the whole store that stays as it is until closed. Reading from it may block on the
   * disk: do so on {@link #scans()}. The caller closes it.
   */
  CompletableFuture<ReadView> view(Consistency consistency);

  /** Runs work that reads small ranges, or makes long replies. */
  Executor scans();

  /** Runs large reads, piece by piece: each piece is a task of its own, so that all get on. */
  Executor bulk();

  /** The memory that large answers share. */
  AnswerBudget answers();

  /**
   * Completes when this member has physically removed what the compaction at {@code revision},
   * already applied, made unreachable.
   */
  CompletableFuture<Void> compacted(long revision);

  /**
   * Opens a stream of watchers that share one ordered, bounded queue of messages.
   *
   * @param onMessages called, on any thread, whenever the queue may have turned from empty to
   *     non-empty; must not block
   */
  WatchStream openWatchStream(Runnable onMessages);

  /** From now on tells what happens to the znode tree on this member, until that is closed. */
  void listenToTree(TreeListener listener);

  /**
   * Renews a lease at the leader.
   *
   * @return for how many seconds the lease surely lives: the granted TTL, or less if the log knows
   *     less; 0 if it is unknown or expired
   */
  CompletableFuture<Long> keepAlive(long leaseId);

  /** Asks the leader how long a lease has left; never renews it. */
  CompletableFuture<LeaseStatus> timeToLive(long leaseId, boolean withKeys);

  /**
   * The ids of all leases whose grant was answered, soonest to expire first as far as this member
   * knows.
   */
  CompletableFuture<List<Long>> leases();

  /**
   * Queues for a lock and waits until it is held.
   *
   * @param acquire a command of kind {@link io.metastore.core.command.Acquire}
   */
  LockWait acquire(Command acquire);

  /** Who may do what, as far as this member has applied the log. Costs next to nothing. */
  AccessRules access();

  /** Hashes and checks passwords. */
  Credentials credentials();

  /** The tokens of users who have logged in by etcd's API. */
  LoginTokens loginTokens();

  /** Who this member is and how its cluster does. */
  ClusterView cluster();

  /** Changing the members. */
  Membership membership();
}
