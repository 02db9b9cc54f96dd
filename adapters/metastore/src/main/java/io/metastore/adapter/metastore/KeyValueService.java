package io.metastore.adapter.metastore;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.api.v1.CompactRequest;
import io.metastore.api.v1.CompactResponse;
import io.metastore.api.v1.DeleteRequest;
import io.metastore.api.v1.DeleteResponse;
import io.metastore.api.v1.DeleteTreeRequest;
import io.metastore.api.v1.DeleteTreeResponse;
import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.GetRangeResponse;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetResponse;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.ListRequest;
import io.metastore.api.v1.ListResponse;
import io.metastore.api.v1.PutRequest;
import io.metastore.api.v1.PutResponse;
import io.metastore.api.v1.WatchRequest;
import io.metastore.api.v1.WatchResponse;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** {@code metastore.v1.KeyValue}. Stateless; each watch is a {@link WatchCall}. */
final class KeyValueService extends KeyValueGrpc.KeyValueImplBase {
  private final Metastore metastore;
  private final Views views;

  KeyValueService(Metastore metastore, Views views) {
    this.metastore = metastore;
    this.views = views;
  }

  @Override
  public void get(GetRequest request, StreamObserver<GetResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () ->
            metastore.range(
                ReadTranslator.toRange(request), Consistencies.of(request.getConsistency())),
        outcome -> ReadTranslator.toReply(request, outcome));
  }

  @Override
  public void getRange(GetRangeRequest request, StreamObserver<GetRangeResponse> call) {
    Answer.orRefuse(
        call,
        () ->
            new EntryStream(metastore, request, (ServerCallStreamObserver<GetRangeResponse>) call)
                .start(Consistencies.of(request.getConsistency())));
  }

  @Override
  public void list(ListRequest request, StreamObserver<ListResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> {
          ListPage page = ListPage.of(request);
          return views.read(Consistencies.of(request.getConsistency()), page::read);
        },
        Function.identity());
  }

  @Override
  public void put(PutRequest request, StreamObserver<PutResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> CallAccess.submit(metastore, WriteTranslator.toCommand(request)),
        outcome -> WriteTranslator.toReply(request, outcome));
  }

  @Override
  public void delete(DeleteRequest request, StreamObserver<DeleteResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> CallAccess.submit(metastore, WriteTranslator.toCommand(request)),
        outcome -> WriteTranslator.toReply(request, outcome));
  }

  @Override
  public void deleteTree(DeleteTreeRequest request, StreamObserver<DeleteTreeResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> CallAccess.submit(metastore, WriteTranslator.toCommand(request)),
        outcome -> WriteTranslator.toReply(request, outcome));
  }

  @Override
  public void compact(CompactRequest request, StreamObserver<CompactResponse> call) {
    Answer.orRefuse(
        call,
        () -> {
          long revision = CompactTranslator.toRevision(request, metastore.cluster().revision());
          CompletableFuture<Outcome> done =
              CallAccess.submit(metastore, CompactTranslator.toCommand(revision))
                  .thenApply(CompactTranslator::toDone);
          if (request.getWait()) {
            done = done.thenCompose(outcome -> whenRemoved(revision, outcome));
          }
          done.whenComplete(
              Answer.of(call, metastore.scans(), o -> CompactTranslator.toReply(revision)));
        });
  }

  private CompletableFuture<Outcome> whenRemoved(long revision, Outcome outcome) {
    return outcome instanceof Outcome.Failed
        ? CompletableFuture.completedFuture(outcome)
        : metastore.compacted(revision).thenApply(removed -> outcome);
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<WatchResponse> call) {
    Answer.orRefuse(
        call,
        () -> WatchCall.start(metastore, request, (ServerCallStreamObserver<WatchResponse>) call));
  }
}
