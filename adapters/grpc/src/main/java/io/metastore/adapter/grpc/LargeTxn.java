package io.metastore.adapter.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.RequestKind;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A transaction whose response may be large. Its memory is taken before the transaction is read or
 * proposed. The response is built as a whole, and exists twice while it is encoded.
 *
 * @param <R> the response message
 */
public final class LargeTxn<R extends MessageLite> {
  /**
   * A transaction with at most this many single keys in its response counts as small without
   * looking at their sizes.
   */
  private static final int SINGLE_KEYS_MAX = 4;

  /**
   * The amounts of memory that reads are tried with, one after the other; a read can be repeated.
   */
  private static final long[] READ_BYTES = {1 << 20, 16 << 20, Long.MAX_VALUE};

  private final Metastore metastore;
  private final Txn txn;
  private final UnaryAnswer<Outcome, R> small;
  private final LargeAnswer large;
  private final long startNanos = System.nanoTime();

  /**
   * Called within the service method.
   *
   * @param small builds the response, and completes the call if the response is small
   */
  public LargeTxn(
      Metastore metastore, Txn txn, StreamObserver<R> call, UnaryAnswer<Outcome, R> small) {
    this.metastore = metastore;
    this.txn = txn;
    this.small = small;
    this.large = new LargeAnswer(metastore, (ServerCallStreamObserver<R>) call, small::toError);
  }

  /** Whether the response to a transaction may be large. */
  public static boolean isPossible(Txn txn) {
    return singleKeys(txn) > SINGLE_KEYS_MAX;
  }

  /**
   * The number of single keys that the response can contain. A range counts as very many, and so
   * does a previous value: many small requests can ask for one at the same time.
   */
  private static int singleKeys(Txn txn) {
    return Math.max(singleKeys(txn.getSuccessList()), singleKeys(txn.getFailureList()));
  }

  private static int singleKeys(List<Op> ops) {
    int keys = 0;
    for (Op op : ops) {
      keys +=
          switch (op.getKindCase()) {
            case RANGE -> singleKeys(op.getRange());
            case DELETE -> singleKeys(op.getDelete());
            case PUT -> op.getPut().getPrevKv() ? SINGLE_KEYS_MAX + 1 : 0;
            case TXN -> singleKeys(op.getTxn());
            case NODE, KIND_NOT_SET -> 0;
          };
    }
    return keys;
  }

  private static int singleKeys(Range range) {
    return range.getCountOnly() ? 0 : range.getRangeEnd().isEmpty() ? 1 : SINGLE_KEYS_MAX + 1;
  }

  private static int singleKeys(Delete delete) {
    return delete.getPrevKv() ? SINGLE_KEYS_MAX + 1 : 0;
  }

  // --- transactions that only read ranges --------------------------------------------------------

  /** Evaluates a transaction that consists of ranges only, and responds. */
  public void read(Consistency consistency) {
    metastore
        .readTxn(txn, consistency)
        .whenComplete(
            (outcome, failure) -> {
              if (isTooLarge(outcome)) {
                read(consistency, 0);
              } else {
                small.accept(outcome, failure);
              }
            });
  }

  private void read(Consistency consistency, int attempt) {
    long bytes = Math.min(READ_BYTES[attempt], metastore.answers().bytesMax() / 2);
    large.take(
        LargeAnswer.SENDING_BYTES + 2 * bytes,
        () ->
            metastore
                .view(consistency)
                .whenComplete(
                    (view, failure) -> {
                      if (failure != null) {
                        large.next(failure);
                        return;
                      }
                      large.next(
                          () -> {
                            Outcome outcome;
                            try (view) {
                              outcome = view.readTxn(txn, bytes);
                            }
                            if (isTooLarge(outcome) && attempt + 1 < READ_BYTES.length) {
                              read(consistency, attempt + 1);
                            } else {
                              metastore
                                  .cluster()
                                  .meters()
                                  .requests(
                                      RequestKind.READ_TXN, !(outcome instanceof Outcome.Failed))
                                  .recordSince(startNanos);
                              answer(outcome);
                            }
                          });
                    }));
  }

  private static boolean isTooLarge(@Nullable Outcome outcome) {
    return outcome instanceof Outcome.Failed failed
        && failed.failure().code() == FailureCode.RESPONSE_TOO_LARGE;
  }

  // --- transactions that write -------------------------------------------------------------------

  /**
   * Proposes the transaction and responds.
   *
   * @param submit called in the gRPC context of the service method
   */
  public void write(Supplier<CompletableFuture<Outcome>> submit) {
    Context context = Context.current();
    metastore
        .view(Consistency.SERIALIZABLE)
        .thenApplyAsync(
            view -> {
              try (view) {
                return view.answerBytes(txn);
              }
            },
            metastore.scans())
        .whenComplete(
            (bytes, failure) -> {
              if (failure != null) {
                small.accept(null, failure);
              } else if (bytes <= Metastore.SMALL_RANGE_BYTES) {
                context.run(() -> submit.get().whenComplete(small));
              } else {
                large.take(
                    LargeAnswer.SENDING_BYTES + 2 * bytes,
                    () -> context.run(() -> submit.get().whenComplete(this::written)));
              }
            });
  }

  private void written(@Nullable Outcome outcome, @Nullable Throwable failure) {
    if (outcome == null) {
      large.next(failure == null ? new IllegalStateException("no outcome") : failure);
    } else {
      large.next(() -> answer(outcome));
    }
  }

  private void answer(Outcome outcome) throws IOException {
    if (outcome instanceof Outcome.Failed failed) {
      throw small.toError(failed.failure());
    }
    large.send(new Whole(small.toReply(outcome).toByteArray()));
  }

  /** A message that is completely in memory. */
  private static final class Whole extends EncodedMessage {
    private final byte[] message;
    private int written;

    Whole(byte[] message) {
      super(message.length);
      this.message = message;
    }

    @Override
    protected boolean writePiece(OutputStream target) throws IOException {
      int piece = Math.min(LargeAnswer.PIECE_BYTES, message.length - written);
      target.write(message, written, piece);
      written += piece;
      return written < message.length;
    }
  }
}
