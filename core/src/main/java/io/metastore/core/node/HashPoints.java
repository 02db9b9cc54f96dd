package io.metastore.core.node;

import io.metastore.core.command.HashReply;
import io.metastore.core.command.HashReply.Refusal;
import io.metastore.core.machine.StoreView;
import io.metastore.core.machine.UnversionedHash;
import io.metastore.core.storage.StorageException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's hashes of everything but keys, at the newest hash points of the log. Thread-safe.
 *
 * <p>The apply thread only retains the view of each point. Of many points at once, as in a replay
 * of the log, the oldest are left out, so that few views stay open.
 */
final class HashPoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HashPoints.class);

  /** Each one keeps a view open. Members that start at the same time make one point each. */
  private static final int WAITING_MAX = 4;

  private static final int REPLIES_MAX = 16;

  private final LongSupplier applied;
  private final Executor thread;

  /** Views at the points that are not hashed yet, oldest first. Guarded by this. */
  private final Deque<StoreView> waiting = new ArrayDeque<>();

  /**
   * By log index of the point, also of points that are not applied yet; oldest first. Guarded by
   * this.
   */
  private final Map<Long, CompletableFuture<HashReply>> replies = new LinkedHashMap<>();

  /**
   * @param applied log index up to which this member has applied the log
   * @param thread computes hashes, one at a time
   */
  HashPoints(LongSupplier applied, Executor thread) {
    this.applied = applied;
    this.thread = thread;
  }

  /**
   * Computes the hash after an entry with a hash point. Called by the apply thread, before the
   * entry counts as applied.
   *
   * @param view the state after the entry, retained; released here
   */
  void reached(StoreView view) {
    StoreView omitted;
    synchronized (this) {
      reply(view.state().index());
      waiting.add(view);
      omitted = waiting.size() > WAITING_MAX ? waiting.remove() : null;
    }
    if (omitted != null) {
      omit(omitted); // its task will take the new view
      return;
    }
    try {
      thread.execute(this::hashNext);
    } catch (RejectedExecutionException e) {
      StoreView rejected = takeLast();
      if (rejected != null) {
        omit(rejected);
      }
    }
  }

  /** The hash at the point in the entry with this index, once it is computed. */
  synchronized CompletableFuture<HashReply> at(long index) {
    CompletableFuture<HashReply> known = replies.get(index);
    if (known == null && applied.getAsLong() >= index) {
      return CompletableFuture.completedFuture(unknown());
    }
    return (known == null ? reply(index) : known).copy();
  }

  private CompletableFuture<HashReply> reply(long index) {
    CompletableFuture<HashReply> reply =
        replies.computeIfAbsent(index, added -> new CompletableFuture<>());
    if (replies.size() > REPLIES_MAX) {
      Iterator<CompletableFuture<HashReply>> oldest = replies.values().iterator();
      oldest.next().complete(unknown());
      oldest.remove();
    }
    return reply;
  }

  private void hashNext() {
    StoreView view = takeFirst();
    if (view == null) {
      return;
    }
    long index = view.state().index();
    try {
      HashReply.Builder reply = HashReply.newBuilder().setRevision(view.revision());
      reply.setHashedRevision(view.revision()).setHash(UnversionedHash.of(view));
      complete(index, reply.build());
    } catch (StorageException e) {
      LOG.atError().setCause(e).log("cannot read the tables to hash them");
      complete(index, HashReply.newBuilder().setRefusal(Refusal.UNREADABLE).build());
    } finally {
      view.release();
    }
  }

  private void omit(StoreView view) {
    complete(view.state().index(), unknown());
    view.release();
  }

  private void complete(long index, HashReply reply) {
    CompletableFuture<HashReply> waitedFor;
    synchronized (this) {
      waitedFor = replies.get(index);
    }
    if (waitedFor != null) {
      waitedFor.complete(reply);
    }
  }

  private static HashReply unknown() {
    return HashReply.newBuilder().setRefusal(Refusal.UNKNOWN_POINT).build();
  }

  private synchronized @Nullable StoreView takeFirst() {
    return waiting.poll();
  }

  private synchronized @Nullable StoreView takeLast() {
    return waiting.pollLast();
  }

  /** Leaves out the points that are not hashed yet. */
  @Override
  public void close() {
    for (StoreView view = takeFirst(); view != null; view = takeFirst()) {
      omit(view);
    }
  }
}
