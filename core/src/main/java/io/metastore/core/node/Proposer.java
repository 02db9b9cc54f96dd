package io.metastore.core.node;

import io.metastore.core.api.Meters;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.api.StoreException.Overloaded;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.ForwardReply;
import io.metastore.core.command.ForwardRequest;
import io.metastore.core.command.Slice;
import io.metastore.core.machine.Applied;
import io.metastore.core.node.LeaderCalls.Leader;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.ProposalResult;
import io.metastore.core.raft.RaftNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Proposes commands to Raft, in batches.
 *
 * <p>Commands wait in one bounded queue. When no batch is in flight, all waiting commands form the
 * next one (a member that is alone also proposes a second batch, if it is large): a Raft entry if
 * this member leads, otherwise one call to the leader, which adds the slice to its own queue. A
 * batch forms while the one before it is written and replicated, so an idle store adds no delay and
 * a busy one writes few, large entries; see also {@link ReturningCallers}. Whoever leads, this
 * member learns the outcomes from its own log.
 *
 * <p>A command is proposed again only if it certainly did not reach the log. One that may have
 * reached it stays pending until its entry is applied or its deadline passes. It does not count as
 * in flight meanwhile: after a leader change, a batch sent to the old leader makes room for the
 * next one at once.
 *
 * <p>Thread-safe. The thread {@code proposer} forms batches. With few callers, a command or
 * forwarded slice that finds nothing waiting and nothing in flight is sent by the thread that
 * submits it.
 */
final class Proposer implements AutoCloseable {
  /** Limits of one batch; a single command or forwarded slice may exceed the byte limit. */
  private static final int BATCH_COMMANDS_MAX = 4096;

  private static final int BATCH_BYTES_MAX = 1 << 20;

  /**
   * A second batch is proposed while one is in flight only if it is at least so large. Its disk
   * write then overlaps with applying the first. Fewer commands cost less in one entry together
   * with those that the first batch's callers send next.
   */
  private static final int SECOND_BATCH_COMMANDS_MIN = 128;

  private static final int SECOND_BATCH_BYTES_MIN = 256 << 10;

  /** Limits of the queue. */
  private static final int QUEUE_COMMANDS_MAX = 100_000;

  private static final long QUEUE_BYTES_MAX = 64L << 20;

  /** How often to check for a leader if no change is reported. */
  private static final long LEADER_WAIT_MS = 50;

  /** Delay before sending again to a leader that refused a batch. */
  private static final long REFUSED_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final RaftNode raft;
  private final LeaderCalls leaderCalls;
  private final long selfId;
  private final long origin;
  private final long timeoutMs;
  private final Meters meters;
  private volatile int inFlightMax;
  private final Thread thread = new Thread(this::run, "proposer");

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Guarded by the lock, like the fields below. */
  private final Deque<Pending> queue = new ArrayDeque<>();

  private final Deque<Forwarded> forwardedQueue = new ArrayDeque<>();
  private long queuedBytes;
  private int inFlight;
  private boolean stopped;
  private boolean proposedByCaller;

  /** Nothing is sent before this time, because the leader refused a batch; 0 if it did not. */
  private long refusedUntilNanos;

  private long sequence;
  private final ReturningCallers returning = new ReturningCallers();

  /** Slices whose outcomes callers on this member wait for, by sequence number. */
  private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();

  /** A slice forwarded by another member, to be proposed by this one. */
  private record Forwarded(
      long member, Slice slice, int bytes, CompletableFuture<ForwardReply> reply) {

    void end(ForwardReply.Status status) {
      reply.complete(ForwardReply.newBuilder().setStatus(status).build());
    }
  }

  private static final class Waiting {
    final List<Pending> commands;
    final AtomicBoolean leaderFailed = new AtomicBoolean();

    final long formedNanos = System.nanoTime();

    Waiting(List<Pending> commands) {
      this.commands = commands;
    }
  }

  /**
   * @param origin identifies this process in the slices it proposes
   * @param inFlightMax maximum number of batches proposed and not yet applied
   */
  Proposer(
      RaftNode raft,
      LeaderCalls leaderCalls,
      long selfId,
      long origin,
      long timeoutMs,
      int inFlightMax,
      Meters meters) {
    this.raft = raft;
    this.leaderCalls = leaderCalls;
    this.selfId = selfId;
    this.origin = origin;
    this.timeoutMs = timeoutMs;
    this.inFlightMax = inFlightMax;
    this.meters = meters;
    thread.setDaemon(true);
    thread.start();
  }

  /** Sets the maximum number of batches proposed and not yet applied. */
  void inFlightMax(int max) {
    inFlightMax = max;
  }

  /**
   * See {@link io.metastore.core.api.Metastore#submit}; the future completes on any of the store's
   * threads.
   */
  CompletableFuture<Outcome> submit(Command command) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    Pending pending =
        new Pending(
            command,
            command.getSerializedSize(),
            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs),
            outcome);
    List<Pending> alone = List.of(pending);
    Leader leader = null;
    long number = 0;
    lock.lock();
    try {
      if (stopped) {
        outcome.completeExceptionally(new NotServed(NotServed.Reason.STOPPED));
      } else if (isIdle(1)
          && (raft.isLeaderReady() || (leader = leaderCalls.findLeader()) != null)) {
        number = registerAtOnce(alone, List.of());
      } else if (queue.size() >= QUEUE_COMMANDS_MAX
          || queuedBytes + pending.bytes() > QUEUE_BYTES_MAX) {
        outcome.completeExceptionally(new Overloaded("proposal queue"));
      } else {
        queue.add(pending);
        queuedBytes += pending.bytes();
        arrived(1);
      }
    } finally {
      lock.unlock();
    }
    if (number != 0) {
      sendAtOnce(number, alone, List.of(), leader);
    }
    return outcome;
  }

  /**
   * Sends a batch on the caller's thread, which saves the switch to the proposer thread when the
   * store is idle.
   */
  private void sendAtOnce(
      long number, List<Pending> own, List<Forwarded> foreign, @Nullable Leader leader) {
    try {
      send(number, own, foreign, leader);
    } finally {
      lock.lock();
      try {
        proposedByCaller = false;
        wakeIfWaiting();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Whether commands that arrive now can be sent at once, as a batch of their own. */
  private boolean isIdle(int commands) {
    return inFlight == 0
        && !proposedByCaller
        && !isAnyWaiting()
        && refusedWaitNanos() <= 0
        && returning.areAlone(commands, System.nanoTime());
  }

  /** How long the next batch waits for more commands; 0 if it is large enough, or none follow. */
  private long returningWaitNanos() {
    return isLarge() ? 0 : returning.waitNanos(System.nanoTime());
  }

  /** Whether so many commands wait that a member that is alone proposes them as a second batch. */
  private boolean isLarge() {
    return inFlightMax > 1
        && (queue.size() >= SECOND_BATCH_COMMANDS_MIN || queuedBytes >= SECOND_BATCH_BYTES_MIN);
  }

  /** Whether the next batch has to wait for one that is in flight. */
  private boolean isFull() {
    return inFlight > 0 && (inFlight >= inFlightMax || !isLarge());
  }

  private long refusedWaitNanos() {
    return refusedUntilNanos == 0 ? 0 : refusedUntilNanos - System.nanoTime();
  }

  private boolean isAnyWaiting() {
    return !queue.isEmpty() || !forwardedQueue.isEmpty();
  }

  private void wakeIfWaiting() {
    if (isAnyWaiting()) {
      changed.signal();
    }
  }

  /** Registers a batch that its caller will send by {@link #sendAtOnce}; returns its number. */
  private long registerAtOnce(List<Pending> own, List<Forwarded> foreign) {
    returning.arrived(own.size() + commands(foreign));
    proposedByCaller = true;
    return registerInFlight(own, foreign);
  }

  /** Registers a batch as in flight; returns its number. */
  private long registerInFlight(List<Pending> own, List<Forwarded> foreign) {
    returning.batchFormed(own.size() + commands(foreign));
    inFlight++;
    sequence++;
    if (!own.isEmpty()) {
      waiting.put(sequence, new Waiting(own));
    }
    return sequence;
  }

  /** Accepts a slice from a member that does not lead. */
  CompletableFuture<ForwardReply> forwarded(ForwardRequest request) {
    Slice slice = request.getSlice();
    CompletableFuture<ForwardReply> reply = new CompletableFuture<>();
    Forwarded forwarded =
        new Forwarded(request.getMember(), slice, slice.getSerializedSize(), reply);
    long number = 0;
    lock.lock();
    try {
      if (stopped || queuedBytes + forwarded.bytes() > QUEUE_BYTES_MAX || !raft.isLeaderReady()) {
        forwarded.end(ForwardReply.Status.NOT_PROPOSED);
      } else if (isIdle(slice.getCommandsCount())) {
        number = registerAtOnce(List.of(), List.of(forwarded));
      } else {
        forwardedQueue.add(forwarded);
        queuedBytes += forwarded.bytes();
        arrived(slice.getCommandsCount());
      }
    } finally {
      lock.unlock();
    }
    if (number != 0) {
      sendAtOnce(number, List.of(), List.of(forwarded), null);
    }
    return reply;
  }

  /**
   * Returns the commands whose outcomes an applied entry contains; the caller completes their
   * futures.
   */
  @Nullable List<Pending> applied(Applied.SliceOutcomes slice) {
    Waiting slot = waiting.remove(slice.sequence());
    if (slot == null) {
      return null;
    }
    answered(slot.commands.size(), slot.formedNanos);
    return slot.commands;
  }

  /**
   * Called on the leader when it has applied an entry that answers more callers than it has
   * commands, or fewer.
   *
   * @param callers negative if there were fewer
   */
  void answeredMore(int callers) {
    lock.lock();
    try {
      returning.answeredMore(callers);
    } finally {
      lock.unlock();
    }
  }

  /** Called when the leader may have changed. Any thread. */
  void leaderChanged() {
    lock.lock();
    try {
      refusedUntilNanos = 0;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Fails commands whose deadline has passed. Called regularly. */
  void expire() {
    long now = System.nanoTime();
    List<Pending> neverProposed = new ArrayList<>();
    lock.lock();
    try {
      for (Pending head = queue.peek();
          head != null && (head.isExpired(now) || head.outcome().isDone());
          head = queue.peek()) {
        neverProposed.add(queue.remove());
        queuedBytes -= head.bytes();
      }
    } finally {
      lock.unlock();
    }
    neverProposed.forEach(p -> fail(p, new NotServed(NotServed.Reason.NO_LEADER)));
    waiting.forEach(
        (number, slot) -> {
          if (slot.commands.get(slot.commands.size() - 1).isExpired(now)) {
            waiting.remove(number);
          }
          OutcomeUnknown.Reason reason =
              slot.leaderFailed.get()
                  ? OutcomeUnknown.Reason.LEADER_FAILED
                  : OutcomeUnknown.Reason.TIMEOUT;
          slot.commands.stream()
              .filter(pending -> pending.isExpired(now))
              .forEach(pending -> fail(pending, new OutcomeUnknown(reason)));
        });
  }

  @Override
  public void close() {
    List<Pending> abandoned = new ArrayList<>();
    lock.lock();
    try {
      stopped = true;
      abandoned.addAll(queue);
      queue.clear();
      forwardedQueue.forEach(f -> f.end(ForwardReply.Status.NOT_PROPOSED));
      forwardedQueue.clear();
      changed.signal();
    } finally {
      lock.unlock();
    }
    abandoned.forEach(p -> fail(p, new NotServed(NotServed.Reason.STOPPED)));
    waiting.values().stream()
        .flatMap(slot -> slot.commands.stream())
        .forEach(p -> fail(p, new OutcomeUnknown(OutcomeUnknown.Reason.CONNECTION_LOST)));
    waiting.clear();
  }

  private void fail(Pending pending, RuntimeException failure) {
    if (pending.outcome().completeExceptionally(failure)) {
      meters.failedProposals.increment();
    }
  }

  /** Number of commands from callers on this member whose outcome is not known yet. Any thread. */
  long pending() {
    long queued;
    lock.lock();
    try {
      queued = queue.size();
    } finally {
      lock.unlock();
    }
    return queued + waiting.values().stream().mapToLong(slot -> slot.commands.size()).sum();
  }

  private void arrived(int commands) {
    returning.arrived(commands);
    boolean first = queue.size() + forwardedQueue.size() == 1;
    if (!isFull() && (first || returningWaitNanos() == 0)) {
      changed.signal();
    }
  }

  private void answered(int callers, long formedNanos) {
    long now = System.nanoTime();
    lock.lock();
    try {
      returning.answered(callers, now - formedNanos, now);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (proposeNext()) {
        // Each call sends one batch.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for commands and room in flight, then sends one batch; false when stopped. */
  private boolean proposeNext() throws InterruptedException {
    List<Pending> own;
    List<Forwarded> foreign;
    long number;
    Leader leader;
    lock.lockInterruptibly();
    try {
      if (!awaitSendable()) {
        return false;
      }
      leader = raft.isLeaderReady() ? null : leaderCalls.findLeader();
      own = drainOwn();
      foreign = leader == null ? drainForwarded() : List.of();
      number = registerInFlight(own, foreign);
    } finally {
      lock.unlock();
    }
    if (own.isEmpty() && foreign.isEmpty()) {
      ended(number, own, ProposalResult.NOT_PROPOSED); // all waiting commands had expired
    } else {
      send(number, own, foreign, leader);
    }
    return true;
  }

  /**
   * Sends a registered batch.
   *
   * @param leader null if this member leads
   */
  private void send(
      long number, List<Pending> own, List<Forwarded> foreign, @Nullable Leader leader) {
    if (leader == null) {
      propose(number, own, foreign);
    } else {
      forward(number, own, leader);
    }
  }

  /** Waits until there is something to send and a leader to send it to; false when stopped. */
  private boolean awaitSendable() throws InterruptedException {
    while (!stopped) {
      // A batch that a caller is sending was formed earlier and must reach the log first.
      if (proposedByCaller || isFull() || !isAnyWaiting()) {
        changed.await();
      } else if (refusedWaitNanos() > 0) {
        changed.awaitNanos(refusedWaitNanos());
      } else if (returningWaitNanos() > 0) {
        changed.awaitNanos(returningWaitNanos());
      } else if (raft.isLeaderReady()) {
        return true;
      } else {
        refuseForwarded();
        if (!queue.isEmpty() && leaderCalls.findLeader() != null) {
          return true;
        }
        changed.await(LEADER_WAIT_MS, TimeUnit.MILLISECONDS);
      }
    }
    return false;
  }

  /** Refuses forwarded slices, because this member does not lead. */
  private void refuseForwarded() {
    for (Forwarded forwarded : forwardedQueue) {
      queuedBytes -= forwarded.bytes();
      forwarded.end(ForwardReply.Status.NOT_PROPOSED);
    }
    forwardedQueue.clear();
  }

  private List<Pending> drainOwn() {
    List<Pending> own = new ArrayList<>(Math.min(queue.size(), BATCH_COMMANDS_MAX));
    long bytes = 0;
    for (Pending head = queue.peek();
        head != null
            && own.size() < BATCH_COMMANDS_MAX
            && (bytes == 0 || bytes + head.bytes() <= BATCH_BYTES_MAX);
        head = queue.peek()) {
      queue.remove();
      queuedBytes -= head.bytes();
      if (!head.outcome().isDone()) {
        own.add(head);
        bytes += head.bytes();
      }
    }
    return own;
  }

  private List<Forwarded> drainForwarded() {
    List<Forwarded> foreign = new ArrayList<>();
    long bytes = 0;
    for (Forwarded head = forwardedQueue.peek();
        head != null && (bytes == 0 || bytes + head.bytes() <= BATCH_BYTES_MAX);
        head = forwardedQueue.peek()) {
      forwardedQueue.remove();
      queuedBytes -= head.bytes();
      foreign.add(head);
      bytes += head.bytes();
    }
    return foreign;
  }

  private static int commands(List<Forwarded> slices) {
    return slices.stream().mapToInt(forwarded -> forwarded.slice().getCommandsCount()).sum();
  }

  private Slice slice(long number, List<Pending> own) {
    Slice.Builder slice = Slice.newBuilder().setOrigin(origin).setSequence(number);
    own.forEach(pending -> slice.addCommands(pending.command()));
    return slice.build();
  }

  private void propose(long number, List<Pending> own, List<Forwarded> foreign) {
    CommandBatch.Builder batch = CommandBatch.newBuilder().setTimeMs(System.currentTimeMillis());
    if (!own.isEmpty()) {
      batch.addSlices(slice(number, own));
    }
    foreign.forEach(forwarded -> batch.addSlices(forwarded.slice()));
    int othersCommands = commands(foreign);
    long formedNanos = System.nanoTime();
    CommandBatch built = batch.build();
    raft.propose(built.toByteArray(), built, (term, index) -> tellCommitted(foreign, term, index))
        .whenComplete(
            (result, failure) -> {
              ProposalResult known = failure == null ? result : ProposalResult.UNKNOWN;
              foreign.forEach(forwarded -> forwarded.end(status(known)));
              if (othersCommands > 0) {
                answered(othersCommands, formedNanos);
              }
              ended(number, own, known);
            });
  }

  private void forward(long number, List<Pending> own, Leader leader) {
    ForwardRequest request =
        ForwardRequest.newBuilder().setSlice(slice(number, own)).setMember(selfId).build();
    leaderCalls
        .call(leader, PeerCall.FORWARD, request, timeoutMs)
        .whenComplete(
            (reply, failure) -> {
              ProposalResult known =
                  failure != null
                      ? PeerChannels.surelyNotServed(failure)
                          ? ProposalResult.NOT_PROPOSED
                          : ProposalResult.UNKNOWN
                      : switch (reply.getStatus()) {
                        case COMMITTED -> ProposalResult.COMMITTED;
                        case NOT_PROPOSED -> ProposalResult.NOT_PROPOSED;
                        case UNKNOWN, UNRECOGNIZED -> ProposalResult.UNKNOWN;
                      };
              try {
                if (known == ProposalResult.COMMITTED) {
                  raft.learnCommitted(reply.getTerm(), reply.getIndex());
                }
              } finally {
                ended(number, own, known);
              }
            });
  }

  /**
   * Tells the members that forwarded slices of an entry that it is committed, so that they can
   * apply it at once.
   */
  private void tellCommitted(List<Forwarded> foreign, long term, long index) {
    for (Forwarded forwarded : foreign) {
      raft.followerLearnsCommitted(forwarded.member(), index);
      forwarded
          .reply()
          .complete(
              ForwardReply.newBuilder()
                  .setStatus(ForwardReply.Status.COMMITTED)
                  .setTerm(term)
                  .setIndex(index)
                  .build());
    }
  }

  private static ForwardReply.Status status(ProposalResult result) {
    return switch (result) {
      case COMMITTED -> ForwardReply.Status.COMMITTED;
      case NOT_PROPOSED -> ForwardReply.Status.NOT_PROPOSED;
      case UNKNOWN -> ForwardReply.Status.UNKNOWN;
    };
  }

  /**
   * A batch is no longer in flight. If its outcome is unknown, its callers keep waiting, but the
   * next batch can be sent.
   */
  private void ended(long number, List<Pending> own, ProposalResult result) {
    lock.lock();
    try {
      inFlight--;
      Waiting slot = waiting.get(number);
      if (result == ProposalResult.NOT_PROPOSED && slot != null && !stopped) {
        refusedUntilNanos = System.nanoTime() + REFUSED_WAIT_NANOS;
        waiting.remove(number);
        for (int i = own.size() - 1; i >= 0; i--) {
          queue.addFirst(own.get(i));
          queuedBytes += own.get(i).bytes();
        }
      } else if (result == ProposalResult.UNKNOWN && slot != null) {
        slot.leaderFailed.set(true);
      }
      wakeIfWaiting();
    } finally {
      lock.unlock();
    }
  }
}
