package io.metastore.adapter.metastore;

import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.adapter.grpc.LargeTxn;
import io.metastore.api.v1.CommitRequest;
import io.metastore.api.v1.CommitResponse;
import io.metastore.api.v1.ExecuteRequest;
import io.metastore.api.v1.ExecuteResponse;
import io.metastore.api.v1.SnapshotRequest;
import io.metastore.api.v1.SnapshotResponse;
import io.metastore.api.v1.TransactionsGrpc;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.Txn;

/**
 * {@code metastore.v1.Transactions}. Stateless: the state of a transaction is kept by its client.
 */
final class TransactionsService extends TransactionsGrpc.TransactionsImplBase {
  private final Metastore metastore;

  TransactionsService(Metastore metastore) {
    this.metastore = metastore;
  }

  @Override
  public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        // An empty read, which is the cheapest way to pass the barrier.
        () ->
            metastore.readTxn(Txn.getDefaultInstance(), Consistencies.of(request.getConsistency())),
        outcome -> SnapshotResponse.newBuilder().setRevision(outcome.revision()).build());
  }

  @Override
  public void execute(ExecuteRequest request, StreamObserver<ExecuteResponse> call) {
    Answer.orRefuse(
        call,
        () -> {
          Command command = TxnTranslator.toCommand(request);
          Answer<Outcome, ExecuteResponse> answer =
              Answer.of(
                  call, metastore.scans(), outcome -> TxnTranslator.toReply(request, outcome));
          if (LargeTxn.isPossible(command.getTxn())) {
            new LargeTxn<>(metastore, command.getTxn(), call, answer)
                .write(() -> CallAccess.submit(metastore, command));
          } else {
            CallAccess.submit(metastore, command).whenComplete(answer);
          }
        });
  }

  @Override
  public void commit(CommitRequest request, StreamObserver<CommitResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> {
          Txn txn = TxnTranslator.toTxn(request);
          return TxnTranslator.isReadOnly(request)
              ? metastore.readTxn(txn, Consistency.LINEARIZABLE)
              : CallAccess.submit(metastore, Command.newBuilder().setTxn(txn).build());
        },
        TxnTranslator::toReply);
  }
}
