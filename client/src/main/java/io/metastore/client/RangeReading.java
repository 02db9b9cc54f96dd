package io.metastore.client;

import io.metastore.api.v1.Entry;
import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.GetRangeResponse;
import io.metastore.api.v1.KeyValueGrpc;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A range read that can continue after the last entry that it received. */
final class RangeReading implements ResumingStream.Handler<GetRangeRequest, GetRangeResponse> {
  private final Consumer<Entry> consumer;
  private final ResumingStream<GetRangeRequest, GetRangeResponse> stream;
  private final CompletableFuture<RangeEnd> future = new CompletableFuture<>();

  // Written only by the stream's callbacks, which run one after the other.
  private GetRangeRequest rest;
  private boolean more;

  RangeReading(Calls calls, GetRangeRequest request, Consumer<Entry> consumer) {
    this.rest = request;
    this.consumer = consumer;
    this.stream =
        new ResumingStream<>(
            calls, KeyValueGrpc.getGetRangeMethod(), this, calls.requestTimeout().toNanos());
  }

  CompletableFuture<RangeEnd> start() {
    future.whenComplete(
        (end, failure) -> {
          if (future.isCancelled()) {
            stream.cancel();
          }
        });
    stream.start();
    return future;
  }

  @Override
  public GetRangeRequest request() {
    return rest;
  }

  @Override
  public void answer(GetRangeResponse answer) {
    GetRangeRequest.Builder next = rest.toBuilder().setRevision(answer.getRevision());
    int count = answer.getEntriesCount();
    if (count > 0) {
      next.setAfter(answer.getEntries(count - 1).getKey());
    }
    boolean limited = rest.getLimit() > 0;
    if (limited) {
      next.setLimit(rest.getLimit() - count);
    }
    rest = next.build();
    more = answer.getMore();
    answer.getEntriesList().forEach(consumer);
    if (limited && rest.getLimit() == 0 && more) {
      // The limit is reached. If the stream broke before its end, the rest would be requested with
      // limit 0, which means no limit.
      stream.cancel();
      ended(null);
    }
  }

  @Override
  public void ended(@Nullable Throwable failure) {
    if (failure == null) {
      future.complete(new RangeEnd(rest.getRevision(), more));
    } else {
      future.completeExceptionally(failure);
    }
  }
}
