package io.metastore.core.node;

import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.Overloaded;
import io.metastore.core.command.HashReply;
import io.metastore.core.command.HashReply.Refusal;
import io.metastore.core.command.HashRequest;
import io.metastore.core.command.Range;
import io.metastore.core.kv.HistoryHash;
import io.metastore.core.machine.StoreView;
import io.metastore.core.storage.StorageException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes hashes of this member's keys, and of everything else, one at a time, on the thread
 * {@code hash}.
 */
final class Hasher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Hasher.class);
  private static final int WAITING_MAX = 64;

  private final Supplier<StoreView> views;
  private final Path scratch;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          /* keepAliveTime= */ 10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING_MAX),
          Threads.named("hash"));

  private final HashPoints points;

  /**
   * @param views retains the newest view
   * @param applied log index up to which this member has applied the log
   * @param scratch directory for temporary files
   */
  Hasher(Supplier<StoreView> views, LongSupplier applied, Path scratch) {
    this.views = views;
    this.scratch = scratch;
    this.points = new HashPoints(applied, thread);
    thread.allowCoreThreadTimeOut(true);
  }

  /** See {@link io.metastore.core.api.Metastore#hash}. Any thread. */
  CompletableFuture<Outcome> hash(long revision) {
    try {
      return CompletableFuture.supplyAsync(() -> compute(revision), thread);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(new Overloaded("hashes"));
    }
  }

  /** For comparisons between members. Any thread. */
  CompletableFuture<HashReply> serve(HashRequest request) {
    return request.getPoint() == 0 ? serveKeys(request) : points.at(request.getPoint());
  }

  /** See {@link HashPoints#reached}. */
  void reached(StoreView point) {
    points.reached(point);
  }

  private CompletableFuture<HashReply> serveKeys(HashRequest request) {
    return hash(request.getRevision())
        .thenApply(Hasher::toReply)
        .exceptionallyCompose(
            failure -> {
              if (failure.getCause() instanceof StorageException) {
                LOG.atError().setCause(failure).log("cannot read the keys to hash them");
                return CompletableFuture.completedFuture(
                    HashReply.newBuilder().setRefusal(Refusal.UNREADABLE).build());
              }
              return CompletableFuture.failedFuture(failure);
            });
  }

  private static HashReply toReply(Outcome outcome) {
    HashReply.Builder reply = HashReply.newBuilder().setRevision(outcome.revision());
    if (outcome instanceof Outcome.Hashed hashed) {
      return reply
          .setHash(hashed.hash())
          .setHashedRevision(hashed.hashedRevision())
          .setCompacted(hashed.compacted())
          .build();
    }
    boolean compacted =
        outcome instanceof Outcome.Failed failed
            && failed.failure().code() == FailureCode.COMPACTED;
    return reply.setRefusal(compacted ? Refusal.COMPACTED : Refusal.FUTURE_REVISION).build();
  }

  private Outcome compute(long requested) {
    StoreView view = views.get();
    try {
      long revision = requested > 0 ? requested : view.revision();
      Failure refusal = view.findRefusal(Range.newBuilder().setRevision(revision).build());
      if (refusal != null) {
        return new Outcome.Failed(view.revision(), refusal);
      }
      long compacted = view.state().compacted();
      int hash = HistoryHash.of(view.reader(), compacted, revision, scratch);
      return new Outcome.Hashed(view.revision(), hash, revision, compacted);
    } finally {
      view.release();
    }
  }

  @Override
  public void close() {
    points.close();
    thread.shutdown();
  }
}
