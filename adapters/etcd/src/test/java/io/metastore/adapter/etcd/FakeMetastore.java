package io.metastore.adapter.etcd;

import io.metastore.core.api.AccessRules;
import io.metastore.core.api.AnswerBudget;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Credentials;
import io.metastore.core.api.FileCopy;
import io.metastore.core.api.LeaseStatus;
import io.metastore.core.api.LockWait;
import io.metastore.core.api.LoginTokens;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.TreeListener;
import io.metastore.core.api.UnversionedHashes;
import io.metastore.core.api.WatchStream;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.Command;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** A store that records requests and returns the test's answers. */
final class FakeMetastore implements Metastore {
  final FakeCluster cluster = new FakeCluster();
  final FakeMembership membership = new FakeMembership();
  final LinkedBlockingQueue<Command> submitted = new LinkedBlockingQueue<>();
  final LinkedBlockingQueue<Asked> reads = new LinkedBlockingQueue<>();
  final LinkedBlockingQueue<FakeWatchStream> watchStreams = new LinkedBlockingQueue<>();
  final LinkedBlockingQueue<FakeLockWait> lockWaits = new LinkedBlockingQueue<>();
  final LinkedBlockingQueue<Long> renewals = new LinkedBlockingQueue<>();
  final AnswerBudget answers = new AnswerBudget(1 << 30, 1000, 1000, () -> 0);
  final CompletableFuture<Void> compacted = new CompletableFuture<>();
  final CompletableFuture<Void> defragmented = new CompletableFuture<>();

  volatile AccessRules access = new FakeAccess(false);
  volatile Function<Command, CompletableFuture<Outcome>> onSubmit =
      command -> new CompletableFuture<>();
  volatile CompletableFuture<Outcome> onRead = new CompletableFuture<>();
  volatile CompletableFuture<ReadView> onView = new CompletableFuture<>();
  volatile CompletableFuture<LeaseStatus> onTimeToLive = new CompletableFuture<>();
  volatile Function<Long, CompletableFuture<Long>> onKeepAlive = id -> new CompletableFuture<>();

  /** A recorded read: a {@link Range} or a {@link Txn}. */
  record Asked(Object what, Consistency consistency) {}

  /** A caller that waits for a lock. */
  static final class FakeLockWait implements LockWait {
    final Acquire acquire;
    final CompletableFuture<Outcome> held = new CompletableFuture<>();
    final CompletableFuture<Void> cancelled = new CompletableFuture<>();

    FakeLockWait(Acquire acquire) {
      this.acquire = acquire;
    }

    @Override
    public CompletableFuture<Outcome> held() {
      return held;
    }

    @Override
    public boolean cancel() {
      cancelled.complete(null);
      return !held.isDone();
    }
  }

  @Override
  public CompletableFuture<Outcome> submit(Command command) {
    submitted.add(command);
    return onSubmit.apply(command);
  }

  @Override
  public CompletableFuture<Outcome> range(Range range, Consistency consistency) {
    reads.add(new Asked(range, consistency));
    return onRead;
  }

  @Override
  public CompletableFuture<Outcome> readTxn(Txn txn, Consistency consistency) {
    reads.add(new Asked(txn, consistency));
    return onRead;
  }

  @Override
  public CompletableFuture<ReadView> view(Consistency consistency) {
    reads.add(new Asked("view", consistency));
    return onView;
  }

  @Override
  public CompletableFuture<Outcome> hash(long revision) {
    return onRead;
  }

  @Override
  public CompletableFuture<UnversionedHashes> hashUnversioned() {
    return new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<FileCopy> copyFiles() {
    return new CompletableFuture<>();
  }

  @Override
  public Executor bulk() {
    return Runnable::run;
  }

  @Override
  public AnswerBudget answers() {
    return answers;
  }

  @Override
  public Executor scans() {
    return Runnable::run;
  }

  @Override
  public CompletableFuture<Void> compacted(long revision) {
    return compacted;
  }

  @Override
  public void listenToTree(TreeListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> defragment() {
    return defragmented;
  }

  @Override
  public WatchStream openWatchStream(Runnable onMessages) {
    FakeWatchStream stream = new FakeWatchStream(onMessages);
    watchStreams.add(stream);
    return stream;
  }

  @Override
  public CompletableFuture<Long> keepAlive(long leaseId) {
    renewals.add(leaseId);
    return onKeepAlive.apply(leaseId);
  }

  @Override
  public CompletableFuture<LeaseStatus> timeToLive(long leaseId, boolean withKeys) {
    return onTimeToLive;
  }

  @Override
  public CompletableFuture<List<Long>> leases() {
    return CompletableFuture.completedFuture(List.of(5L, -9L));
  }

  @Override
  public LockWait acquire(Command acquire) {
    FakeLockWait wait = new FakeLockWait(acquire.getAcquire());
    lockWaits.add(wait);
    return wait;
  }

  @Override
  public AccessRules access() {
    return access;
  }

  @Override
  public Credentials credentials() {
    throw new AssertionError("AuthorizationTest has a real store");
  }

  @Override
  public LoginTokens loginTokens() {
    return (token, rules) -> null;
  }

  @Override
  public FakeCluster cluster() {
    return cluster;
  }

  @Override
  public FakeMembership membership() {
    return membership;
  }
}
