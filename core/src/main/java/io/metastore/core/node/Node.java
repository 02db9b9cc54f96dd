package io.metastore.core.node;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.AnswerBudget;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Credentials;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.FileCopy;
import io.metastore.core.api.LeaseStatus;
import io.metastore.core.api.LockWait;
import io.metastore.core.api.LoginTokens;
import io.metastore.core.api.Membership;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Meters;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.RequestKind;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.TreeListener;
import io.metastore.core.api.UnversionedHashes;
import io.metastore.core.api.WatchStream;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.ChangeAlarm;
import io.metastore.core.command.ChangeMembersRequest;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Configuration;
import io.metastore.core.command.DescribeClusterReply;
import io.metastore.core.command.DropPeer;
import io.metastore.core.command.HashPoint;
import io.metastore.core.command.MemberNote;
import io.metastore.core.command.Range;
import io.metastore.core.command.TermReply;
import io.metastore.core.command.TermRequest;
import io.metastore.core.command.Txn;
import io.metastore.core.disk.MemberDisks;
import io.metastore.core.lease.LeaseKeeper;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.machine.Applied;
import io.metastore.core.machine.MemberTable;
import io.metastore.core.machine.StoreMachine;
import io.metastore.core.machine.StoreState;
import io.metastore.core.machine.StoreView;
import io.metastore.core.raft.DurableFiles;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.PeerDialer;
import io.metastore.core.raft.PeerPages;
import io.metastore.core.raft.PeerService;
import io.metastore.core.raft.PeerTraffic;
import io.metastore.core.raft.ProcessStopper;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.raft.RaftMembers;
import io.metastore.core.raft.RaftNode;
import io.metastore.core.raft.RaftSettings;
import io.metastore.core.raft.ReplicatedState;
import io.metastore.core.storage.StorageException;
import io.metastore.core.watch.WatchHub;
import io.metastore.core.watch.WatchLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running member.
 *
 * <p>Call {@link #start}; serve clients once {@link #ready} completes; call {@link #close} at the
 * end.
 */
public final class Node implements Metastore, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  /**
   * Batches in flight. In a cluster, the next batch forms while one is replicated; alone, the disk
   * can take two in a row.
   */
  private static final int IN_FLIGHT_CLUSTER = 1;

  private static final int IN_FLIGHT_ALONE = 2;
  private static final int SCAN_THREADS = 2;
  private static final int BULK_THREADS = 2;

  /** Large answers may use the heap size divided by this. */
  private static final int ANSWERS_PART = 3;

  private static final long ANSWER_STALL_MS = 5000;
  private static final long LEASE_CHECKPOINT_INTERVAL_MS = 5 * 60_000;
  private static final long SWEEP_MS = 100;
  private static final long WATCH_MS = 1000;
  private static final long REMOVAL_MS = 500;
  private static final long ADMISSION_MS = 500;
  private static final long PUBLISH_RETRY_MS = 500;
  private static final long HAND_OVER_MS = 1000;
  private static final long RAFT_STOP_MS = 30_000;
  private static final long STUCK_MS = 500;
  private static final long COMPACTION_WAIT_MS = 3000;
  private static final long RESERVE_MS = 10_000;
  private static final int DIRECT_REPLIES_MAX = 8;

  /** The name and default of ZooKeeper's own system property. */
  private static final long REAP_MS = Long.getLong("znode.container.checkIntervalMs", 60_000);

  private final NodeConfig config;
  private final ProcessStopper stopper;
  private final long origin = new SecureRandom().nextLong();
  private final LiveTables tables;
  private volatile StoreMachine machine;
  private final AppliedIndex applied;
  private final WatchHub hub;
  private final PeerChannels peers;
  private final LeaderCalls leaderCalls;
  private final KnownMemberCheck known;
  private final RaftNode raft;
  private final Proposer proposer;
  private final ReadIndex readIndex;
  private final LeaseRequests leases;
  private final LockRequests locks;
  private final TreeListeners trees = new TreeListeners();
  private final Compactor compactor;
  private final Defragmenter defragmenter;
  private final SpaceGate space;
  private final AutoCompactor autoCompactor;
  private final Hasher hasher;
  private final boolean comparesAtStart;
  private final MemberHashes hashes;
  private final CorruptionMonitor corruption;
  private final MemberDisks disks;
  private final AtomicBoolean handingOver = new AtomicBoolean();

  /** Whether there are no views any more. */
  private volatile boolean closed;

  private final CheckpointTrigger checkpointTrigger;
  private final MemberView cluster;
  private final MembershipRequests membership;
  private final PasswordHasher passwords;
  private final TokenStore tokens;

  private final ExecutorService reply = Executors.newSingleThreadExecutor(Threads.named("reply"));
  private final ExecutorService scans =
      Executors.newFixedThreadPool(SCAN_THREADS, Threads.numbered("scan"));
  private final ExecutorService bulk =
      Executors.newFixedThreadPool(BULK_THREADS, Threads.numbered("bulk"));
  private final ExecutorService checkpoints =
      Executors.newSingleThreadExecutor(Threads.named("checkpoint"));
  private final AnswerBudget answers;
  private final ScheduledExecutorService housekeeping =
      Executors.newSingleThreadScheduledExecutor(Threads.named("housekeeping"));
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final Meters meters = new Meters();
  private final ApplyMeter applyMeter = new ApplyMeter(meters);
  private final SlowWork slow;
  private final RequestMeter requests = new RequestMeter(meters);

  private Node(NodeConfig config, PeerPages pages, ProcessStopper stopper) throws IOException {
    this.config = config;
    this.stopper = stopper;
    this.passwords = new PasswordHasher(config.access().bcryptCost());
    this.tokens = new TokenStore(System::nanoTime, config.access().tokenTtl());
    this.answers =
        new AnswerBudget(
            Runtime.getRuntime().maxMemory() / ANSWERS_PART,
            config.requestTimeoutMs(),
            ANSWER_STALL_MS,
            System::nanoTime);
    this.slow = new SlowWork(config.warningApplyDuration(), meters);
    // First of all: on a full disk, opening the tables needs the space of the reserve file.
    this.disks = MemberDisks.open(config.dataDirectory(), config.logDirectory());
    DurableFiles.deleteTree(LinkedCopy.parent(config.dataDirectory()));
    this.tables =
        new LiveTables(config.dataDirectory(), config.storage(), config.responseBytesMax());
    this.machine = tables.open();
    this.applied = new AppliedIndex(reply, machine.state().index());
    this.hub = new WatchHub(this::retainView, watchLimits(config), meters.watchEvents);
    PeerTraffic traffic = new PeerTraffic(meters, config.memberId());
    PeerDialer dialer = new PeerDialer(config.peerTls(), this::currentPeerUrls, traffic);
    this.peers = new PeerChannels(dialer, peerMessageBytesMax(config), meters);
    this.compactor =
        new Compactor(
            () -> machine,
            config.space().compactionBatchLimit(),
            config.space().compactionSleepMs(),
            meters);
    this.defragmenter = new Defragmenter(() -> machine, meters.defragmentations);
    if (config.space().startDefragmentationBytes() > 0) {
      defragmenter.atStart(config.space().startDefragmentationBytes());
    }
    this.checkpointTrigger = new CheckpointTrigger(config.snapshotCount());
    this.locks = new LockRequests(process(), this::submit, this::retainView);

    this.hasher = new Hasher(this::retainView, applied::get, config.dataDirectory().resolve("tmp"));
    this.comparesAtStart = config.corruption().atStart() && machine.state().index() >= 0;
    if (comparesAtStart) {
      checkAtStart();
    }

    // Raft may call back before the constructor has assigned the fields below. Callbacks that need
    // them wait until wiring.complete().
    Wiring wiring = new Wiring();
    this.known =
        KnownMemberCheck.begin(config, dialer, machine.state().index() >= 0, this::retainView);
    this.raft =
        RaftNode.start(
            raftSettings(config),
            config.clusterId(),
            config.memberId(),
            founders(),
            dialer,
            traffic,
            wiring,
            wiring.peerService(),
            known.passed()::isDone,
            pages,
            stopper);
    this.leaderCalls = new LeaderCalls(raft, peers, config.memberId(), reply);
    this.proposer =
        new Proposer(
            raft,
            leaderCalls,
            config.memberId(),
            origin,
            config.requestTimeoutMs(),
            config.alone() ? IN_FLIGHT_ALONE : IN_FLIGHT_CLUSTER,
            meters);
    this.readIndex =
        new ReadIndex(
            raft,
            peers,
            leaderCalls,
            config.memberId(),
            applied,
            config.requestTimeoutMs(),
            housekeeping,
            reply,
            meters);
    ScheduledExecutorService leaseThread = LeaseRequests.newThread();
    LeaseKeeper keeper =
        new LeaseKeeper(
            System::nanoTime, this::submit, leaseThread::execute, LEASE_CHECKPOINT_INTERVAL_MS);
    this.leases =
        new LeaseRequests(
            raft,
            leaderCalls,
            readIndex::barrier,
            applied,
            this::retainView,
            keeper,
            leaseThread,
            config);
    this.cluster =
        new MemberView(
            config,
            raft,
            applied,
            this::retainView,
            () -> machine,
            proposer::pending,
            hub::counts,
            meters);
    this.space =
        new SpaceGate(
            config.memberId(),
            config.space().quotaBytes(),
            disks::isLow,
            () -> machine,
            cluster::revision,
            proposer::submit,
            readIndex::barrier);
    space.sample();
    this.autoCompactor =
        new AutoCompactor(
            config.space().autoCompaction(),
            System::nanoTime,
            cluster::revision,
            raft::isLeaderReady,
            this::submit);
    this.hashes = hashes(raft::members);
    this.corruption =
        new CorruptionMonitor(
            config.corruption(),
            new CorruptionCheck(hashes),
            raft::isLeaderReady,
            readIndex::barrier,
            this::makeHashPoint,
            () -> machine.state().compacted(),
            this::raiseCorrupt);
    MemberChanges changes =
        new MemberChanges(
            config, raft, peers, cluster, applied, this::appliedConfiguration, this::submit);
    this.membership =
        new MembershipRequests(config, raft, peers, leaderCalls, changes, housekeeping);
    wiring.complete();
    every(SWEEP_MS, this::housekeep);
    every(RESERVE_MS, disks::keepReserves);
    RemovalWatch removal = new RemovalWatch(config, known, raft, cluster, stopper);
    every(REMOVAL_MS, removal::look);
    every(WATCH_MS, this::restartLearner);
    every(WATCH_MS, this::watchFollowers);
    if (config.invited()) {
      ChangeMembersRequest admit =
          ChangeMembersRequest.newBuilder().setAdmit(config.memberId()).build();
      Admission admission =
          new Admission(
              config.members().stream().filter(member -> member.id() != config.memberId()).toList(),
              () -> raft.members().find(config.memberId()) != null,
              member ->
                  peers.call(
                      member.peerUrls(),
                      PeerCall.CHANGE_MEMBERS,
                      admit,
                      MembershipRequests.CHANGE_MS));
      every(ADMISSION_MS, admission::look);
    }
    QuorumWatch quorum =
        new QuorumWatch(
            config.memberId(),
            () -> raft.isLeaderReady() ? raft.term() : 0,
            raft::members,
            member ->
                peers.call(
                    member.peerUrls(),
                    PeerCall.TERM,
                    TermRequest.getDefaultInstance(),
                    config.electionTimeoutMs()),
            this::stepDown,
            System::nanoTime,
            TimeUnit.MILLISECONDS.toNanos(config.electionTimeoutMs()));
    every(config.electionTimeoutMs() / QuorumWatch.LOOKS_PER_TIMEOUT, quorum::look);
    every(REAP_MS, new Reaper(raft::isLeaderReady, this::retainView, this::submit)::reap);
    compactor.wake();
    known.keepAsking(housekeeping, stopper);
    known.passed().thenRun(this::publish);
  }

  /**
   * Opens or creates the member's data and joins its cluster.
   *
   * @param stopper called if the member cannot continue
   */
  public static Node start(NodeConfig config, ProcessStopper stopper) throws IOException {
    return start(config, PeerPages.NONE, stopper);
  }

  /**
   * As {@link #start(NodeConfig, ProcessStopper)}; also serves HTTP pages on the peer addresses.
   */
  public static Node start(NodeConfig config, PeerPages pages, ProcessStopper stopper)
      throws IOException {
    return new Node(config, pages, stopper);
  }

  private void checkAtStart() throws IOException {
    try {
      new CorruptionCheck(hashes(() -> Configurations.toRaft(appliedConfiguration()))).atStart();
    } catch (IOException e) {
      closed = true;
      peers.close();
      hub.close();
      hasher.close();
      machine.close();
      throw e;
    }
  }

  private MemberHashes hashes(Supplier<RaftMembers> members) {
    return new MemberHashes(
        config.memberId(), members, hasher::serve, peers, config.requestTimeoutMs());
  }

  private CompletableFuture<Long> makeHashPoint() {
    return submit(Command.newBuilder().setHashPoint(HashPoint.getDefaultInstance()).build())
        .thenApply(outcome -> ((Outcome.HashPoint) outcome).index());
  }

  private void raiseCorrupt(long member) {
    Alarm alarm = Alarm.newBuilder().setKind(Alarm.Kind.CORRUPT).setMemberId(member).build();
    if (cluster.alarms().contains(alarm)) {
      return;
    }
    LOG.atError()
        .addKeyValue("member-id", Long.toHexString(member))
        .log("raising the alarm CORRUPT: the data of the members differs");
    ChangeAlarm raised = ChangeAlarm.newBuilder().setAlarm(alarm).setRaised(true).build();
    submit(Command.newBuilder().setChangeAlarm(raised).build());
  }

  /** Completes when this member has found its cluster and has published its name and URLs to it. */
  public CompletableFuture<Void> ready() {
    return ready;
  }

  /** Takes a checkpoint now; completes with false if that failed. */
  public CompletableFuture<Boolean> checkpoint() {
    return CompletableFuture.supplyAsync(this::writeCheckpoint, checkpoints)
        .thenCompose(written -> written)
        .thenApplyAsync(this::deleteOldCheckpoints, checkpoints);
  }

  private boolean deleteOldCheckpoints(boolean taken) {
    try {
      raft.deleteOldCheckpoints();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("cannot delete old checkpoints");
    }
    return taken;
  }

  private CompletableFuture<Boolean> writeCheckpoint() {
    try {
      return raft.takeSnapshot();
    } catch (IOException | StorageException e) {
      LOG.atWarn().setCause(e).log("cannot take a checkpoint");
      return CompletableFuture.completedFuture(false);
    }
  }

  // --- Metastore -------------------------------------------------------------------------------

  @Override
  public CompletableFuture<Outcome> submit(Command command) {
    if (command.getSerializedSize() > config.maxRequestBytes()) {
      Failure failure =
          Failure.of(
              FailureCode.REQUEST_TOO_LARGE,
              "bytes",
              command.getSerializedSize(),
              "max",
              config.maxRequestBytes());
      return CompletableFuture.completedFuture(new Outcome.Failed(cluster.revision(), failure));
    }
    return requests.command(System.nanoTime(), command, space.submit(command));
  }

  @Override
  public CompletableFuture<Outcome> range(Range range, Consistency consistency) {
    boolean small = range.getRangeEnd().isEmpty();
    meters.ranges.increment();
    long start = System.nanoTime();
    return requests.read(
        start,
        RequestKind.RANGE,
        read(
            consistency,
            small,
            view -> {
              long begun = System.nanoTime();
              Outcome outcome = view.smallRange(range);
              requests.rangeRead(begun, outcome);
              slow.read(start, range);
              return outcome;
            }));
  }

  @Override
  public CompletableFuture<Outcome> readTxn(Txn txn, Consistency consistency) {
    long start = System.nanoTime();
    return requests.read(
        start,
        RequestKind.READ_TXN,
        read(
            consistency,
            false,
            view -> {
              Outcome outcome = view.readTxn(txn, SMALL_RANGE_BYTES);
              slow.readTxn(start, txn.getSuccessCount() + txn.getFailureCount());
              return outcome;
            }));
  }

  @Override
  public CompletableFuture<ReadView> view(Consistency consistency) {
    return barrier(consistency)
        .thenApply(
            opened -> {
              StoreView view = retainView();
              return view.owned(findReadRefusal(view));
            });
  }

  @Override
  public CompletableFuture<Outcome> hash(long revision) {
    return hasher.hash(revision);
  }

  @Override
  public CompletableFuture<UnversionedHashes> hashUnversioned() {
    return makeHashPoint()
        .thenCompose(point -> hashes.ofAllElse(point).thenApply(found -> found.atPoint(point)));
  }

  @Override
  public CompletableFuture<FileCopy> copyFiles() {
    Failure refusal = reading(this::findReadRefusal);
    if (refusal != null) {
      return CompletableFuture.failedFuture(
          new StorageException("the alarm CORRUPT names this member", null));
    }
    return checkpoint().thenApplyAsync(taken -> copyNewestCheckpoint(), bulk);
  }

  private FileCopy copyNewestCheckpoint() {
    Path newest = raft.findNewestCheckpoint();
    if (newest == null) {
      throw new StorageException("no checkpoint could be taken", null);
    }
    try {
      return LinkedCopy.of(newest, config.dataDirectory());
    } catch (IOException e) {
      throw new StorageException("cannot copy the checkpoint " + newest, e);
    }
  }

  @Override
  public Executor scans() {
    return scans;
  }

  @Override
  public Executor bulk() {
    return bulk;
  }

  @Override
  public AnswerBudget answers() {
    return answers;
  }

  @Override
  public CompletableFuture<Void> compacted(long revision) {
    return compactor.done(revision);
  }

  @Override
  public CompletableFuture<Void> defragment() {
    // A compaction that has just been requested is awaited, for scripts that compact and then
    // defragment, but not a long one. The newest view reads what has been removed since it was
    // made: an entry makes a newer one. The newest checkpoint has the old files: another one lets
    // them be deleted.
    return compacted(machine.state().compacted())
        .copy()
        .completeOnTimeout(null, COMPACTION_WAIT_MS, TimeUnit.MILLISECONDS)
        .thenCompose(
            removed -> submit(Command.newBuilder().setTxn(Txn.getDefaultInstance()).build()))
        .handle((outcome, failure) -> outcome) // without a majority, too, much can be given back
        .thenCompose(applied -> defragmenter.defragment())
        .thenCompose(rewritten -> checkpoint())
        .thenAccept(checkpointed -> {});
  }

  @Override
  public WatchStream openWatchStream(Runnable onMessages) {
    return hub.openStream(onMessages);
  }

  @Override
  public void listenToTree(TreeListener listener) {
    trees.add(listener);
  }

  @Override
  public CompletableFuture<Long> keepAlive(long leaseId) {
    meters.leaseRenewals.increment();
    return leases.keepAlive(leaseId);
  }

  @Override
  public CompletableFuture<LeaseStatus> timeToLive(long leaseId, boolean withKeys) {
    CompletableFuture<LeaseStatus> status = leases.timeToLive(leaseId);
    // Not on the lease thread: a lease may have a large number of keys.
    return withKeys ? status.thenComposeAsync(this::withKeys, bulk) : status;
  }

  /** The keys take memory from {@link #answers} until what depends on the future is done. */
  private CompletableFuture<LeaseStatus> withKeys(LeaseStatus status) {
    if (!status.exists()) {
      return CompletableFuture.completedFuture(status);
    }
    long bytes = reading(view -> LeaseTable.keyBytes(view.reader(), status.id()));
    if (bytes > answers.bytesMax()) {
      return CompletableFuture.failedFuture(new NotServed(NotServed.Reason.NO_MEMORY));
    }
    CompletableFuture<LeaseStatus> answered = new CompletableFuture<>();
    answers
        .take(bytes, () -> {})
        .whenCompleteAsync(
            (held, failure) -> {
              if (failure != null) {
                answered.completeExceptionally(failure);
                return;
              }
              try (held) {
                answered.complete(reading(view -> status.withKeys(keysOf(view, status))));
              } catch (RuntimeException | OutOfMemoryError e) {
                answered.completeExceptionally(e);
              }
            },
            bulk);
    return answered;
  }

  private static List<ByteString> keysOf(StoreView view, LeaseStatus status) {
    return LeaseTable.keys(view.reader(), status.id());
  }

  @Override
  public CompletableFuture<List<Long>> leases() {
    return leases.ids();
  }

  @Override
  public LockWait acquire(Command acquire) {
    return locks.acquire(acquire);
  }

  @Override
  public AccessRules access() {
    return machine.access();
  }

  @Override
  public Credentials credentials() {
    return passwords;
  }

  @Override
  public LoginTokens loginTokens() {
    return tokens;
  }

  @Override
  public ClusterView cluster() {
    return cluster;
  }

  @Override
  public Membership membership() {
    return membership;
  }

  /**
   * Hands over leadership, stops, and flushes so that the next start is fast. Safe at any time:
   * everything acknowledged is in the Raft log.
   */
  @Override
  public void close() {
    handOver();
    proposer.close();
    housekeeping.shutdownNow();
    disks.endWaits();
    boolean quiet = raft.stop(RAFT_STOP_MS);
    if (quiet) {
      // Flushed entries need not be replayed at the next start.
      flush();
    }
    leases.close();
    compactor.close();
    defragmenter.close();
    peers.close();
    hub.close();
    corruption.close();
    hasher.close();
    scans.shutdown();
    bulk.shutdown();
    checkpoints.shutdown();
    passwords.close();
    reply.shutdown();
    if (quiet) {
      closed = true;
      machine.close();
    }
  }

  private void flush() {
    try {
      machine.writePosition();
      machine.storage().flush();
    } catch (StorageException e) {
      LOG.atWarn()
          .setCause(e)
          .log("could not flush the tables; the next start will replay the log");
    }
  }

  /**
   * Hands over leadership if writes to this member's disk are stuck; a leader that cannot write its
   * log blocks the whole cluster.
   */
  private void giveUpLeadershipIfStuck() {
    if (disks.waitingMs() >= STUCK_MS
        && raft.isLeaderReady()
        && handingOver.compareAndSet(false, true)) {
      scans.execute(
          () -> {
            handOver();
            handingOver.set(false);
          });
    }
  }

  /**
   * If this member leads, transfers leadership to another voter. Waits only briefly for each, and
   * tries those first that are surely alive: waiting for a dead one would cost the cluster a
   * second. Afterwards this member still serves its clients, as a follower.
   */
  public void handOver() {
    if (!raft.isLeaderReady()) {
      return;
    }
    for (RaftMember member : raft.votersByLastReply()) {
      if (!raft.isLeaderReady()) {
        return;
      }
      try {
        if (raft.transferLeadership(member.id(), HAND_OVER_MS)
            .get(HAND_OVER_MS, TimeUnit.MILLISECONDS)) {
          LOG.atInfo()
              .addKeyValue("to", Long.toHexString(member.id()))
              .log("handed over leadership");
          return;
        }
      } catch (ExecutionException | TimeoutException e) {
        LOG.atInfo()
            .addKeyValue("to", Long.toHexString(member.id()))
            .log("could not hand over leadership");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  // --- reading ---------------------------------------------------------------------------------

  /**
   * @param small whether the read is cheap enough to run on the thread that completes the barrier
   */
  private CompletableFuture<Outcome> read(
      Consistency consistency, boolean small, Function<StoreView, Outcome> reader) {
    CompletableFuture<Void> barrier = barrier(consistency);
    Function<StoreView, Outcome> permitted =
        view -> {
          Failure refusal = findReadRefusal(view);
          return refusal == null
              ? reader.apply(view)
              : new Outcome.Failed(view.revision(), refusal);
        };
    Function<@Nullable Void, Outcome> reading = opened -> reading(permitted);
    return small ? barrier.thenApply(reading) : barrier.thenApplyAsync(reading, scans);
  }

  /** A member whose data is known to be wrong does not answer reads of keys and znodes. */
  private @Nullable Failure findReadRefusal(StoreView view) {
    return view.hasAlarm(Alarm.Kind.CORRUPT, config.memberId())
        ? Failure.of(FailureCode.CORRUPT, "member", Long.toHexString(config.memberId()))
        : null;
  }

  private <T> T reading(Function<StoreView, T> reader) {
    StoreView view = retainView();
    try {
      return reader.apply(view);
    } finally {
      view.release();
    }
  }

  private CompletableFuture<Void> barrier(Consistency consistency) {
    return switch (consistency) {
      case LINEARIZABLE -> readIndex.barrier();
      case SERIALIZABLE -> CompletableFuture.completedFuture(null);
    };
  }

  /**
   * The newest view, retained for the caller.
   *
   * @throws NotServed if the tables are closed
   */
  private StoreView retainView() {
    while (!closed) {
      StoreView view = machine.tryView();
      if (view != null) {
        return view;
      }
      Thread.onSpinWait();
    }
    throw new NotServed(NotServed.Reason.STOPPED);
  }

  // --- housekeeping ----------------------------------------------------------------------------

  private void every(long ms, Runnable task) {
    housekeeping.scheduleWithFixedDelay(Threads.unending(task), ms, ms, TimeUnit.MILLISECONDS);
  }

  private void housekeep() {
    proposer.expire();
    answers.tick();
    cluster.noteLeader();
    cluster.noteRole();
    disks.look();
    space.look();
    autoCompactor.tick();
    giveUpLeadershipIfStuck();
    if (checkpointTrigger.isDue(disks.isLow())) {
      checkpoint()
          .whenComplete((taken, failure) -> checkpointTrigger.taken(failure == null && taken));
    }
  }

  /**
   * Restarts Raft if this member is a learner that is half started, and has applied the entry that
   * made it one. Before that, its checkpoint may be still on its way into the tables, and stopping
   * Raft would wait for it.
   */
  private void restartLearner() {
    if (raft.isHalfStarted()
        && Configurations.toRaft(appliedConfiguration()).isLearner(config.memberId())) {
      try {
        raft.restartLearner();
      } catch (IOException e) {
        stopper.stop("could not restart raft", e);
      }
    }
  }

  private void stepDown() {
    LOG.warn("stepping down: no majority of the members has answered for an election timeout");
    raft.stepDown();
  }

  private void watchFollowers() {
    for (RaftMember silent : raft.silentFollowers()) {
      peers
          .call(silent.peerUrls(), PeerCall.TERM, TermRequest.getDefaultInstance(), WATCH_MS)
          .whenComplete((reply, failure) -> raft.followerAsked(silent.id(), failure == null));
    }
  }

  private int process() {
    return (int) origin | 1;
  }

  /** Publishes this member's name and URLs to the cluster; retries until it succeeds. */
  private void publish() {
    MemberNote note =
        MemberNote.newBuilder()
            .setId(config.memberId())
            .setName(config.name())
            .addAllClientUrls(config.clientUrls())
            .setProcess(process())
            .addAllZookeeperServers(config.zookeeper().servers())
            .setZookeeperNumber(config.zookeeper().self())
            .build();
    submit(Command.newBuilder().setMemberNote(note).build())
        .whenComplete(
            (outcome, failure) -> {
              if (failure == null) {
                LOG.atInfo()
                    .addKeyValue("local-member-name", config.name())
                    .log("published local member to cluster through raft");
                dropPendingIfForced();
                published();
              } else if (!housekeeping.isShutdown()) {
                housekeeping.schedule(this::publish, PUBLISH_RETRY_MS, TimeUnit.MILLISECONDS);
              }
            });
  }

  private void published() {
    if (comparesAtStart) {
      corruption.beforeServing(
          () -> ready.complete(null),
          different -> stopper.stop("the data of this member is wrong", different));
    } else {
      ready.complete(null);
    }
  }

  /** A member that continues alone also drops the members that were announced. */
  private void dropPendingIfForced() {
    if (config.beginning() == NodeConfig.Beginning.FORCED) {
      for (Configuration.Member pending : appliedConfiguration().getPendingList()) {
        DropPeer drop = DropPeer.newBuilder().setId(pending.getId()).build();
        submit(Command.newBuilder().setDropPeer(drop).build());
      }
    }
  }

  /** The members to start Raft with, while Raft's own log has no configuration. */
  private RaftMembers founders() {
    if (config.beginning() == NodeConfig.Beginning.FORCED) {
      return RaftMembers.of(List.of(self()));
    }
    // A member that has just joined may have applied less than the entry that added it. Its log has
    // that entry.
    RaftMembers applied = Configurations.toRaft(appliedConfiguration());
    if (applied.find(config.memberId()) != null) {
      return applied;
    }
    return config.invited() ? RaftMembers.UNKNOWN : RaftMembers.of(config.members());
  }

  private RaftMember self() {
    RaftMember applied = Configurations.toRaft(appliedConfiguration()).find(config.memberId());
    return applied != null
        ? applied
        : requireNonNull(RaftMembers.of(config.members()).find(config.memberId()), "own member");
  }

  private Configuration appliedConfiguration() {
    StoreView view = retainView();
    try {
      return MemberTable.configuration(view.reader());
    } finally {
      view.release();
    }
  }

  private DescribeClusterReply describeCluster() {
    return reading(
        view ->
            DescribeClusterReply.newBuilder()
                .setClusterId(config.clusterId())
                .setApplied(applied.get())
                .setConfiguration(Configurations.of(config, view))
                .addAllNotes(MemberTable.notes(view.reader()))
                .build());
  }

  /** See {@link PeerDialer}. */
  private String currentPeerUrls(String firstUrls) {
    StoreView view = retainView();
    try {
      for (Configuration.Member member : MemberTable.all(Configurations.of(config, view))) {
        if (member.getAddress().equals(firstUrls)) {
          return String.join(",", MemberTable.peerUrls(member));
        }
      }
      return firstUrls;
    } finally {
      view.release();
    }
  }

  private static WatchLimits watchLimits(NodeConfig config) {
    long eighth = Runtime.getRuntime().maxMemory() / 8;
    return new WatchLimits(eighth, eighth, eighth, config.watchProgressIntervalMs());
  }

  private static int peerMessageBytesMax(NodeConfig config) {
    return 4 * Math.max(config.maxRequestBytes(), 1 << 20);
  }

  private static RaftSettings raftSettings(NodeConfig config) {
    return new RaftSettings(
        config.logDirectory(),
        config.dataDirectory().resolve("ckpt"),
        config.peerListen(),
        config.peerTls(),
        config.heartbeatMs(),
        config.electionTimeoutMs(),
        config.catchupEntries(),
        config.maxRequestBytes(),
        config.beginning() == NodeConfig.Beginning.FORCED);
  }

  // --- callbacks from Raft ---------------------------------------------------------------------

  /** Handles calls from Raft and from other members. */
  private final class Wiring implements ReplicatedState {
    private final CompletableFuture<Void> complete = new CompletableFuture<>();

    void complete() {
      complete.complete(null);
    }

    /** Waits until the constructor has finished. Only the first calls after the start ever wait. */
    private void awaitComplete() {
      if (!complete.isDone()) {
        complete.join();
      }
    }

    PeerService peerService() {
      return new PeerService()
          .on(
              PeerCall.FORWARD,
              request -> complete.thenCompose(wired -> proposer.forwarded(request)))
          .on(
              PeerCall.READ_INDEX,
              request -> complete.thenCompose(wired -> readIndex.serve(request)))
          .on(PeerCall.HASH, request -> hasher.serve(request))
          .on(
              PeerCall.TERM,
              request ->
                  complete.thenApply(
                      wired ->
                          TermReply.newBuilder()
                              .setTerm(raft.term())
                              .setRestarting(raft.isStarting())
                              .build()))
          .on(
              PeerCall.RENEW_LEASES,
              request -> complete.thenCompose(wired -> leases.serve(request)))
          .on(
              PeerCall.LEASE_REMAINING,
              request -> complete.thenCompose(wired -> leases.serve(request)))
          .on(
              PeerCall.KNOWN_MEMBER,
              request -> CompletableFuture.completedFuture(known.answer(request)))
          .on(PeerCall.DESCRIBE_CLUSTER, request -> complete.thenApply(wired -> describeCluster()))
          .on(PeerCall.INVITE, request -> complete.thenApply(wired -> membership.serve(request)))
          .on(
              PeerCall.CHANGE_MEMBERS,
              request -> complete.thenCompose(wired -> membership.serve(request)));
    }

    @Override
    public long appliedTerm() {
      return machine.state().term();
    }

    @Override
    public long appliedIndex() {
      return machine.state().index();
    }

    @Override
    public void apply(long term, long index, ByteBuffer entry, @Nullable Object proposal) {
      awaitComplete();
      CommandBatch batch =
          proposal instanceof CommandBatch proposed ? proposed : decode(index, entry);
      long compactedBefore = machine.state().compacted();
      long start = System.nanoTime();
      Applied result = machine.apply(term, index, batch, origin, trees::applied);
      slow.applied(start, index, batch);
      applyMeter.applied(start, index, batch, result);
      if (result.hashPoint()) {
        hasher.reached(retainView()); // the view after this entry: only this thread makes new ones
      }
      // Order: readers see the entry first, then watchers receive its events, then callers get
      // their replies.
      hub.offer(result);
      leases.applied(result.leaseEvents());
      if (!result.tokens().isEmpty()) {
        tokens.add(result.tokens());
      }
      applied.advance(index);
      replyTo(result);
      if (result.compacted() != compactedBefore) {
        compactor.wake();
      }
      checkpointTrigger.applied(batch, entry.remaining());
    }

    private CommandBatch decode(long index, ByteBuffer entry) {
      try {
        return CommandBatch.parseFrom(entry);
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("log entry " + index + " is not a command batch", e);
      }
    }

    private void replyTo(Applied result) {
      long turns = result.placesGranted() - result.placesAdded();
      if (turns != 0 && raft.isLeaderReady()) {
        proposer.answeredMore((int) turns);
      }
      List<List<Pending>> callers = new ArrayList<>();
      int waiting = 0;
      for (Applied.SliceOutcomes slice : result.slices()) {
        List<Pending> commands = proposer.applied(slice);
        callers.add(commands == null ? List.of() : commands);
        waiting += callers.get(callers.size() - 1).size();
      }
      if (waiting == 0 && result.lockEvents().isEmpty()) {
        return;
      }
      Runnable replies =
          () -> {
            for (int i = 0; i < callers.size(); i++) {
              List<Outcome> outcomes = result.slices().get(i).outcomes();
              for (int c = 0; c < callers.get(i).size(); c++) {
                callers.get(i).get(c).outcome().complete(outcomes.get(c));
              }
            }
            locks.applied(result.revision(), result.lockEvents());
          };
      // Waking another thread takes longer than running a few callbacks, which must not block
      // anyway.
      if (waiting <= DIRECT_REPLIES_MAX) {
        replies.run();
      } else {
        reply.execute(replies);
      }
    }

    @Override
    public void skip(long term, long index) {
      awaitComplete();
      machine.skip(term, index);
      applied.advance(index);
    }

    @Override
    public void configured(long term, long index, RaftMembers members) {
      awaitComplete();
      hub.offer(machine.configure(term, index, Configurations.toProto(members), trees::applied));
      cluster.noteRole();
      applied.advance(index);
      proposer.inFlightMax(members.isAlone() ? IN_FLIGHT_ALONE : IN_FLIGHT_CLUSTER);
    }

    @Override
    public @Nullable Position checkpoint(Path target) {
      StoreState contained = machine.checkpoint(target);
      return contained == null ? null : new Position(contained.term(), contained.index());
    }

    @Override
    public void pause() {
      // Readers continue on the old state, which is closed after the new one is opened.
    }

    @Override
    public void restore(Path checkpoint) {
      StoreMachine old = machine;
      machine = tables.openCopy(checkpoint);
      old.close();
      StoreState state = machine.state();
      LOG.atInfo()
          .addKeyValue("term", state.term())
          .addKeyValue("index", state.index())
          .addKeyValue("revision", state.revision())
          .log("applied snapshot");
      hub.reset();
      trees.reset();
      locks.restored();
      applied.advance(state.index());
      compactor.wake();
    }

    @Override
    public void leaderReady() {
      awaitComplete();
      // The first entry of this term is applied later. If Raft has already moved to a newer term,
      // this member does not lead in that one, and the lease keeper of this term does nothing.
      long term = raft.term();
      LOG.atInfo().addKeyValue("term", term).log("became leader");
      leases.lead(term);
      proposer.leaderChanged();
    }

    @Override
    public void leaderChanged() {
      if (complete.isDone()) {
        leaderCalls.leaderChanged();
        leases.leaderChanged();
        proposer.leaderChanged();
      }
    }
  }
}
