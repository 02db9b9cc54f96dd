package io.metastore.adapter.etcd;

import com.google.protobuf.MessageLite;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.adapter.grpc.LargeTxn;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.Txn;
import io.metastore.etcdapi.etcdserverpb.CompactionRequest;
import io.metastore.etcdapi.etcdserverpb.CompactionResponse;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeResponse;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.PutResponse;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.RangeStreamResponse;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.TxnResponse;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** etcd's {@code KV}. Stateless. */
final class KvService extends KVGrpc.KVImplBase {
  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final int txnOpsMax;

  KvService(Metastore metastore, ResponseHeaders headers, int txnOpsMax) {
    this.metastore = metastore;
    this.headers = headers;
    this.txnOpsMax = txnOpsMax;
  }

  @Override
  public void range(RangeRequest request, StreamObserver<RangeResponse> call) {
    EtcdError refusal = RangeTranslator.findRefusal(request);
    if (refusal != null) {
      call.onError(refusal.exception());
      return;
    }
    CompletableFuture<Outcome> read =
        metastore.range(RangeTranslator.toRange(request), RangeTranslator.toConsistency(request));
    Answer<RangeResponse> answer =
        new Answer<>(call, headers, metastore.scans(), RangeTranslator.toReplier(request));
    LargeRange large =
        new LargeRange(metastore, headers, request, (ServerCallStreamObserver<RangeResponse>) call);
    read.whenComplete(
        (outcome, failure) -> {
          if (LargeRange.isLarge(outcome)) {
            large.start();
          } else {
            answer.accept(outcome, failure);
          }
        });
  }

  @Override
  public void rangeStream(RangeRequest request, StreamObserver<RangeStreamResponse> call) {
    EtcdError refusal = RangeStreamer.findRefusal(request);
    if (refusal != null) {
      call.onError(refusal.exception());
      return;
    }
    new RangeStreamer(
            metastore, headers, request, (ServerCallStreamObserver<RangeStreamResponse>) call)
        .start(RangeTranslator.toConsistency(request));
  }

  @Override
  public void put(PutRequest request, StreamObserver<PutResponse> call) {
    EtcdError refusal = PutTranslator.findRefusal(request);
    if (refusal != null) {
      call.onError(refusal.exception());
      return;
    }
    write(
        TxnTranslator.toTxn(PutTranslator.toOp(request)),
        call,
        new Answer<>(call, headers, metastore.scans(), PutTranslator::toReply));
  }

  @Override
  public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> call) {
    EtcdError refusal = DeleteTranslator.findRefusal(request);
    if (refusal != null) {
      call.onError(refusal.exception());
      return;
    }
    write(
        TxnTranslator.toTxn(DeleteTranslator.toOp(request)),
        call,
        new Answer<>(call, headers, metastore.scans(), DeleteTranslator::toReply));
  }

  @Override
  public void txn(TxnRequest request, StreamObserver<TxnResponse> call) {
    EtcdError refusal = TxnTranslator.findRefusal(request, txnOpsMax);
    if (refusal != null) {
      call.onError(refusal.exception());
      return;
    }
    Txn txn = TxnTranslator.toTxn(request);
    Answer<TxnResponse> answer =
        new Answer<>(
            call,
            headers,
            metastore.scans(),
            (header, outcome) -> TxnTranslator.toReply(request, header, outcome));
    if (TxnTranslator.isReadOnly(request)) {
      new LargeTxn<>(metastore, txn, call, answer).read(TxnTranslator.toConsistency(request));
    } else {
      write(txn, call, answer);
    }
  }

  private <R extends MessageLite> void write(Txn txn, StreamObserver<R> call, Answer<R> answer) {
    Command command = Command.newBuilder().setTxn(txn).build();
    if (LargeTxn.isPossible(txn)) {
      @Nullable CallAccess access = CallAccess.ofCall(metastore);
      new LargeTxn<>(metastore, txn, call, answer)
          .write(() -> CallAccess.submit(metastore, access, command));
    } else {
      CallAccess.submit(metastore, command).whenComplete(answer);
    }
  }

  @Override
  public void compact(CompactionRequest request, StreamObserver<CompactionResponse> call) {
    CompletableFuture<Outcome> done =
        CallAccess.submit(metastore, CompactTranslator.toCommand(request));
    if (request.getPhysical()) {
      done = done.thenCompose(outcome -> whenRemoved(request.getRevision(), outcome));
    }
    done.whenComplete(new Answer<>(call, headers, metastore.scans(), CompactTranslator::toReply));
  }

  private CompletableFuture<Outcome> whenRemoved(long revision, Outcome outcome) {
    return outcome instanceof Outcome.Failed
        ? CompletableFuture.completedFuture(outcome)
        : metastore.compacted(revision).thenApply(removed -> outcome);
  }
}
