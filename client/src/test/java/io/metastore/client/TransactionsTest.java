package io.metastore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.metastore.api.v1.Entry;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.ExecuteRequest;
import io.metastore.api.v1.ExecuteResponse;
import io.metastore.api.v1.GetRangeResponse;
import io.metastore.api.v1.GetResponse;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.Put;
import io.metastore.api.v1.SnapshotResponse;
import io.metastore.api.v1.TransactionsGrpc;
import io.metastore.api.v1.Write;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class TransactionsTest {
  private ScriptedCluster cluster;
  private MetastoreClient client;

  @BeforeEach
  void connect() throws Exception {
    cluster = new ScriptedCluster(1);
    client = cluster.client().build();
  }

  @AfterEach
  void disconnect() {
    client.close();
    cluster.close();
  }

  @Test
  void everythingReadIsReadAtTheSnapshotAndCheckedAtTheCommit() throws Exception {
    CompletableFuture<Integer> running =
        client
            .transactions()
            .runAsync(
                tx -> {
                  int others = tx.read(Conditions.subtree("/dir")).size();
                  tx.put("/count", "replaced");
                  tx.put("/count", tx.find("/absent") == null ? "none" : "some");
                  tx.delete("/old");
                  tx.require(Conditions.fence("/l", 3));
                  return others;
                });
    snapshot(50);
    var range = cluster.next(KeyValueGrpc.getGetRangeMethod());
    assertThat(range.request().getRevision()).isEqualTo(50);
    range.answer(
        GetRangeResponse.newBuilder()
            .setRevision(50)
            .addEntries(Entry.newBuilder().setKey("/dir/a"))
            .build());
    var get = cluster.next(KeyValueGrpc.getGetMethod());
    assertThat(get.request().getRevision()).isEqualTo(50);
    get.answer(GetResponse.newBuilder().setRevision(50).build());
    var execute = cluster.next(TransactionsGrpc.getExecuteMethod());
    assertThat(execute.request())
        .isEqualTo(
            ExecuteRequest.newBuilder()
                .setReadRevision(50)
                .addReads(Conditions.subtree("/dir"))
                .addReads(Conditions.key("/absent"))
                .addWrites(
                    Write.newBuilder()
                        .setPut(
                            Put.newBuilder()
                                .setKey("/count")
                                .setValue(ByteString.copyFromUtf8("none"))))
                .addWrites(Write.newBuilder().setDelete("/old"))
                .addConditions(Conditions.fence("/l", 3))
                .build());
    execute.answer(ExecuteResponse.newBuilder().setRevision(51).build());
    assertThat(running.get()).isEqualTo(1);
  }

  @Test
  void conflictRepeatsTheTransactionWithANewSnapshot() throws Exception {
    CompletableFuture<Long> running = increment(5);
    attempt(10, Reason.CONFLICT, Status.Code.ABORTED);
    snapshot(20);
    var execute = cluster.next(TransactionsGrpc.getExecuteMethod());
    assertThat(execute.request().getReadRevision()).isEqualTo(20);
    execute.answer(ExecuteResponse.newBuilder().setRevision(21).build());
    assertThat(running.get()).isEqualTo(20);
  }

  @Test
  void attemptsAreLimited() throws Exception {
    CompletableFuture<Long> running = increment(2);
    attempt(10, Reason.CONFLICT, Status.Code.ABORTED);
    attempt(20, Reason.CONFLICT, Status.Code.ABORTED);
    Throwable failure = catchThrowableOfType(ExecutionException.class, running::get).getCause();
    assertThat(failure)
        .isInstanceOfSatisfying(
            MetastoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CONFLICT));
    assertThat(cluster.waiting(TransactionsGrpc.getSnapshotMethod())).isZero();
  }

  @Test
  void commitWhoseOutcomeIsUnknownIsNotRunAgain() throws Exception {
    CompletableFuture<Long> running = increment(5);
    attempt(10, Reason.OUTCOME_UNKNOWN, Status.Code.UNKNOWN);
    Throwable failure = catchThrowableOfType(ExecutionException.class, running::get).getCause();
    assertThat(failure).isInstanceOf(OutcomeUnknownException.class);
    assertThat(cluster.waiting(TransactionsGrpc.getSnapshotMethod())).isZero();
  }

  @Test
  void transactionThatOnlyReadsNeedsNoCommit() throws Exception {
    CompletableFuture<Long> running =
        client.transactions().runAsync(transaction -> transaction.revision());
    snapshot(10);
    assertThat(running.get()).isEqualTo(10);
    assertThat(cluster.waiting(TransactionsGrpc.getExecuteMethod())).isZero();
  }

  private CompletableFuture<Long> increment(int attempts) {
    return client
        .transactions()
        .withAttempts(attempts)
        .runAsync(
            tx -> {
              tx.put("/n", "1");
              return tx.revision();
            });
  }

  private void snapshot(long revision) throws InterruptedException {
    cluster
        .next(TransactionsGrpc.getSnapshotMethod())
        .answer(SnapshotResponse.newBuilder().setRevision(revision).build());
  }

  private void attempt(long revision, Reason reason, Status.Code code) throws InterruptedException {
    snapshot(revision);
    cluster.next(TransactionsGrpc.getExecuteMethod()).fail(code, reason);
  }
}
