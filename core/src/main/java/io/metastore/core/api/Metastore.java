package io.metastore.core.api;

import io.metastore.core.command.Command;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The replicated store as seen through one member.
 *
 * <p>All methods are thread-safe and return at once. A future completes with an {@link Outcome};
 * {@link Outcome.Failed} means that the request cannot be done, for a reason on which all replicas
 * agree. A future fails with a {@link StoreException} if the disk, the network or another member
 * failed. Callbacks on these futures may run on any of the store's threads, including the apply
 * thread, or on the calling thread: they must be short and must not block.
 */
public interface Metastore {

  /**
   * Replicates and applies one command. Completes when the command is applied on <em>this</em>
   * member, so that a later local read sees it; a majority then has its Raft entry on disk.
   */
  CompletableFuture<Outcome> submit(Command command);

  /**
   * The maximum size of a range that {@link #range} reads, in bytes of keys and values: {@value}.
   */
  int SMALL_RANGE_BYTES = 64 << 10;

  /**
   * Reads one key, or a range of at most {@link #SMALL_RANGE_BYTES}. Completes with {@link
   * Outcome.Ranged} or {@link Outcome.Failed}. A larger range fails with {@link
   * FailureCode#RESPONSE_TOO_LARGE}; the caller then takes memory from {@link #answers} and reads
   * the range through {@link #view}.
   */
  CompletableFuture<Outcome> range(Range range, Consistency consistency);

  /**
   * Evaluates a transaction of ranges only, without a log entry. Completes with {@link
   * Outcome.TxnDone} or {@link Outcome.Failed}; an answer that is too large fails as in {@link
   * #range}.
   */
  CompletableFuture<Outcome> readTxn(Txn txn, Consistency consistency);

  /**
   * An immutable view of the whole store; the caller closes it. Reading from the view may block on
   * the disk, so read on {@link #scans()}.
   */
  CompletableFuture<ReadView> view(Consistency consistency);

  /**
   * Computes the hash of all versions of all keys of this member, which takes seconds per gigabyte.
   * Completes with {@link Outcome.Hashed}, or with {@link Outcome.Failed} if the revision is
   * compacted or in the future.
   *
   * @param revision later versions are left out; 0 for the newest revision of this member
   */
  CompletableFuture<Outcome> hash(long revision);

  /**
   * Computes, on every member at the same position of the log, the hash of everything but keys.
   * Takes about a second per million znodes.
   */
  CompletableFuture<UnversionedHashes> hashUnversioned();

  /**
   * Takes a checkpoint and makes a copy of its files, by hard links; the caller closes it. Fails if
   * the data of this member is known to be wrong.
   */
  CompletableFuture<FileCopy> copyFiles();

  /** Runs tasks that read small ranges or build long replies. */
  Executor scans();

  /**
   * Runs large reads. Each read is split into pieces, one task per piece, so that concurrent reads
   * all make progress.
   */
  Executor bulk();

  /** The memory budget shared by all large answers. */
  AnswerBudget answers();

  /**
   * Completes when this member has physically removed everything that the applied compaction at
   * {@code revision} made unreachable.
   */
  CompletableFuture<Void> compacted(long revision);

  /**
   * Frees the disk space of obsolete entries on this member, while it serves. Completes when that
   * is done, which may take minutes.
   */
  CompletableFuture<Void> defragment();

  /**
   * Opens a watch stream: watchers that share one ordered, bounded queue of messages.
   *
   * @param onMessages called, on any thread, whenever the queue may have become non-empty; must not
   *     block
   */
  WatchStream openWatchStream(Runnable onMessages);

  /**
   * Registers a listener for changes of the znode tree on this member. It is called until this
   * member is closed.
   */
  void listenToTree(TreeListener listener);

  /**
   * Renews a lease at the leader.
   *
   * @return for how many seconds the lease is guaranteed to live: the granted TTL, or less if the
   *     log records a smaller remaining TTL; 0 if the lease does not exist or has expired
   */
  CompletableFuture<Long> keepAlive(long leaseId);

  /** Asks the leader for the remaining TTL of a lease, without renewing it. */
  CompletableFuture<LeaseStatus> timeToLive(long leaseId, boolean withKeys);

  /**
   * The IDs of all leases whose grant was acknowledged, in the order in which they expire as far as
   * this member knows.
   */
  CompletableFuture<List<Long>> leases();

  /**
   * Joins a lock's queue and waits until the lock is held.
   *
   * @param acquire a command of kind {@link io.metastore.core.command.Acquire}
   */
  LockWait acquire(Command acquire);

  /** The access rules as of the last entry applied on this member. Cheap to call. */
  AccessRules access();

  /** Hashes and verifies passwords. */
  Credentials credentials();

  /** The tokens of users who logged in through etcd's API. */
  LoginTokens loginTokens();

  /** The state of this member and its cluster. */
  ClusterView cluster();

  /** Changes the cluster's members. */
  Membership membership();
}
