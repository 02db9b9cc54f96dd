package org.apache.ratis.server.impl;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/**
 * The entries that a follower has received and not yet forced to disk.
 *
 * <p>They get into the log's queue on the thread that received them, and the log forces all that
 * are in its queue together. Only if more are under way than the queue has room for, an append
 * waits, without a thread, until all before it are on disk (docs/adr/0057).
 *
 * <p>Thread-safe.
 */
final class PendingAppends {
  /** Well below the 4096 entries for which the log's queue has room, see RaftSettings. */
  static final int ENTRIES_MAX = 1024;

  private static final long BYTES_MAX = 32 << 20;

  /** One request, with the way to the log. */
  interface Request {
    /**
     * Puts entries into the log's queue, which has room for them.
     *
     * @return completes when the entries are on disk; those that are in the log already do not
     *     count
     */
    CompletableFuture<Void> append(List<LogEntryProto> entries);

    /** A thread for appends that have to wait. */
    Executor waitingThread();

    /** The thread on which the reply is built and sent. */
    Executor replyThread();
  }

  /** Consecutive entries of one term. */
  private record Run(long term, long first, long last) {
    static List<Run> of(List<LogEntryProto> entries) {
      List<Run> runs = new ArrayList<>(1);
      LogEntryProto first = entries.get(0);
      LogEntryProto last = first;
      for (LogEntryProto entry : entries) {
        if (entry.getTerm() != first.getTerm()) {
          runs.add(new Run(first.getTerm(), first.getIndex(), last.getIndex()));
          first = entry;
        }
        last = entry;
      }
      runs.add(new Run(first.getTerm(), first.getIndex(), last.getIndex()));
      return runs;
    }
  }

  /** What {@link #append} returns. Ratis builds the reply with {@link #whenCompleteAsync}. */
  private static final class Appended extends CompletableFuture<Void> {
    private final Executor replyThread;

    Appended(CompletableFuture<Void> done, Executor replyThread) {
      this.replyThread = replyThread;
      done.whenComplete(
          (none, failure) -> {
            if (failure == null) {
              complete(null);
            } else {
              completeExceptionally(failure);
            }
          });
    }

    @Override
    public CompletableFuture<Void> whenCompleteAsync(
        BiConsumer<? super Void, ? super Throwable> action, Executor ratisThreads) {
      return super.whenCompleteAsync(action, replyThread);
    }
  }

  /** One call of {@link #append}. */
  private static final class Pending {
    final List<LogEntryProto> entries;
    final List<Run> runs;
    final long bytes;
    final CompletableFuture<Void> done = new CompletableFuture<>();

    Pending(List<LogEntryProto> entries) {
      this.entries = entries;
      this.runs = Run.of(entries);
      this.bytes = entries.stream().mapToLong(LogEntryProto::getSerializedSize).sum();
    }
  }

  /**
   * The entries by their first index. Guarded by itself, as are the next three: the log's thread
   * never waits here for an append.
   */
  private final NavigableMap<Long, Run> runs = new TreeMap<>();

  private final Deque<Pending> pending = new ArrayDeque<>();
  private int entriesUnderWay;
  private long bytesUnderWay;

  /** The last call's result. Guarded by this object's monitor. */
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  /** How many appends wait for those before them. Guarded by this object's monitor. */
  private int waiting;

  /** Whether this entry was received, and may not be on disk yet. */
  boolean contains(TermIndex entry) {
    synchronized (runs) {
      Map.Entry<Long, Run> floor = runs.floorEntry(entry.getIndex());
      return floor != null
          && floor.getValue().last() >= entry.getIndex()
          && floor.getValue().term() == entry.getTerm();
    }
  }

  /**
   * Appends entries to the log, in the order of the calls.
   *
   * @param entries consecutive ones, at least one
   * @return completes when they are on disk
   */
  CompletableFuture<Void> append(List<LogEntryProto> entries, Request request) {
    Pending added = new Pending(entries);
    synchronized (this) {
      // Two logs that have an entry of the same term are equal up to it.
      if (!contains(TermIndex.valueOf(entries.get(entries.size() - 1)))) {
        boolean fits = begin(added);
        CompletableFuture<Void> appended =
            fits && waiting == 0 ? request.append(entries) : appendAfter(last, entries, request);
        appended.whenComplete((none, failure) -> end(added, failure));
        last = added.done;
      }
      return new Appended(last, request.replyThread());
    }
  }

  private CompletableFuture<Void> appendAfter(
      CompletableFuture<Void> before, List<LogEntryProto> entries, Request request) {
    waiting++;
    return before
        .handle((none, failure) -> null) // after a failure, too: a new leader may repair it
        .thenComposeAsync(
            none -> {
              synchronized (this) {
                waiting--;
                return appendInParts(entries, request);
              }
            },
            request.waitingThread());
  }

  /** Appends any number of entries, each part when the one before is on disk. */
  private CompletableFuture<Void> appendInParts(List<LogEntryProto> entries, Request request) {
    if (entries.size() <= ENTRIES_MAX) {
      return request.append(entries);
    }
    return request
        .append(entries.subList(0, ENTRIES_MAX))
        .thenComposeAsync(
            none -> appendInParts(entries.subList(ENTRIES_MAX, entries.size()), request),
            request.waitingThread());
  }

  /** Returns whether the log's queue has room for these entries and all before them. */
  private boolean begin(Pending added) {
    synchronized (runs) {
      pending.add(added);
      added.runs.forEach(run -> runs.put(run.first(), run));
      entriesUnderWay += added.entries.size();
      bytesUnderWay += added.bytes;
      return entriesUnderWay <= ENTRIES_MAX && bytesUnderWay <= BYTES_MAX;
    }
  }

  private void end(Pending ended, @Nullable Throwable failure) {
    List<Pending> dropped = new ArrayList<>();
    synchronized (runs) {
      if (!pending.contains(ended)) {
        return; // dropped before
      }
      if (failure == null) {
        // The log forces entries in order. If it says nothing of earlier ones, it has dropped them
        // from its queue, as it does when a checkpoint arrives.
        while (pending.element() != ended) {
          dropped.add(remove(pending.element()));
        }
      }
      remove(ended);
    }
    for (Pending one : dropped) {
      one.done.completeExceptionally(new IllegalStateException("dropped from the log's queue"));
    }
    if (failure == null) {
      ended.done.complete(null);
    } else {
      ended.done.completeExceptionally(failure);
    }
  }

  private Pending remove(Pending ended) {
    pending.remove(ended);
    ended.runs.forEach(run -> runs.remove(run.first(), run));
    entriesUnderWay -= ended.entries.size();
    bytesUnderWay -= ended.bytes;
    return ended;
  }
}
