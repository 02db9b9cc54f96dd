package io.metastore.client;

import io.metastore.api.v1.CommitRequest;
import io.metastore.api.v1.CommitResponse;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.SnapshotRequest;
import io.metastore.api.v1.TransactionsGrpc;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs serializable transactions over several keys. A transaction commits only if nothing that it
 * read has changed since its snapshot; otherwise it is run again.
 *
 * <pre>{@code
 * long sum = client.transactions().run(tx -> {
 *   long from = Long.parseLong(tx.get("/accounts/a").getValue().toStringUtf8());
 *   tx.put("/accounts/a", Long.toString(from - 10));
 *   return from - 10;
 * });
 * }</pre>
 */
public final class Transactions {
  static final int DEFAULT_ATTEMPTS = 16;

  private final Calls calls;
  private final int attemptsMax;

  Transactions(Calls calls, int attemptsMax) {
    this.calls = calls;
    this.attemptsMax = attemptsMax;
  }

  /**
   * The body of a transaction. It may run several times, so it must have no effects other than the
   * transaction's writes.
   */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {
    /**
     * Reads and writes through the transaction. An exception ends the transaction without writing
     * anything.
     */
    T run(Transaction transaction) throws InterruptedException;
  }

  /** The same with another limit on how often a transaction is attempted; the default is 16. */
  public Transactions withAttempts(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("attempts: " + most);
    }
    return new Transactions(calls, most);
  }

  /**
   * Runs a transaction on the calling thread until it commits.
   *
   * @return the result of the body in the attempt that was committed
   * @throws OutcomeUnknownException if no reply to the commit was received; the transaction is not
   *     run again
   * @throws MetastoreException with reason CONFLICT if every attempt had a conflict
   */
  public <T extends @Nullable Object> T run(Body<T> body) throws InterruptedException {
    Backoff backoff = new Backoff();
    for (int attempt = 1; ; attempt++) {
      try {
        Transaction transaction = new Transaction(calls, Blocking.await(snapshot()));
        T result = body.run(transaction);
        Blocking.await(transaction.commit());
        return result;
      } catch (MetastoreException e) {
        if (attempt >= attemptsMax || !isOvertaken(e)) {
          throw e;
        }
      }
      TimeUnit.NANOSECONDS.sleep(backoff.nextNanos());
    }
  }

  /**
   * Like {@link #run}, on a thread of the library. Cancelling the future stops the transaction
   * before its next attempt.
   */
  public <T extends @Nullable Object> CompletableFuture<T> runAsync(Body<T> body) {
    CompletableFuture<T> future = new CompletableFuture<>();
    calls
        .callbacks()
        .execute(
            () -> {
              try {
                future.complete(
                    run(
                        transaction -> {
                          if (future.isDone()) {
                            throw new InterruptedException("cancelled");
                          }
                          return body.run(transaction);
                        }));
              } catch (InterruptedException | RuntimeException | Error e) {
                future.completeExceptionally(e);
              }
            });
    return future;
  }

  /**
   * Runs a transaction in a single call: conditions, and two lists of operations, one of which is
   * run.
   */
  public CompletableFuture<CommitResponse> commitAsync(CommitRequest request) {
    return calls.unary(TransactionsGrpc.getCommitMethod(), request, Repeat.WRITE);
  }

  /** Blocking form of {@link #commitAsync}. */
  public CommitResponse commit(CommitRequest request) throws InterruptedException {
    return Blocking.await(commitAsync(request));
  }

  private CompletableFuture<Long> snapshot() {
    return calls
        .unary(
            TransactionsGrpc.getSnapshotMethod(), SnapshotRequest.getDefaultInstance(), Repeat.READ)
        .thenApply(answer -> answer.getRevision());
  }

  /**
   * The transaction failed because the store has changed meanwhile; an attempt with a new snapshot
   * may succeed.
   */
  private static boolean isOvertaken(MetastoreException failure) {
    return failure.reason() == Reason.CONFLICT
        || failure.reason() == Reason.READ_TOO_OLD
        || failure.reason() == Reason.COMPACTED;
  }
}
