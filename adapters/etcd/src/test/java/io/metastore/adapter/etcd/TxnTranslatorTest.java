package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.Values.bytes;
import static io.metastore.adapter.etcd.Values.delete;
import static io.metastore.adapter.etcd.Values.header;
import static io.metastore.adapter.etcd.Values.keyValue;
import static io.metastore.adapter.etcd.Values.nested;
import static io.metastore.adapter.etcd.Values.put;
import static io.metastore.adapter.etcd.Values.range;
import static io.metastore.adapter.etcd.Values.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.Consistency;
import io.metastore.core.api.OpResult.DeleteResult;
import io.metastore.core.api.OpResult.PutResult;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.OpResult.TxnResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Slice;
import io.metastore.core.command.Txn;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.TxnResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TxnTranslatorTest {
  private static final int OPS_MAX = 4;

  @Test
  void longestListDeterminesTheSize() {
    TxnRequest.Builder four = success(range("a"), range("a"), range("a"), range("a"));

    assertThat(refusal(four)).isNull();
    assertThat(refusal(four.addSuccess(range("a")))).isEqualTo(EtcdError.TOO_MANY_OPS);
    TxnRequest.Builder failure = TxnRequest.newBuilder();
    TxnRequest.Builder compares = TxnRequest.newBuilder();
    for (int i = 0; i <= OPS_MAX; i++) {
      failure.addFailure(range("a"));
      compares.addCompare(Compare.newBuilder().setKey(bytes("a")));
    }
    assertThat(refusal(failure)).isEqualTo(EtcdError.TOO_MANY_OPS);
    assertThat(refusal(compares)).isEqualTo(EtcdError.TOO_MANY_OPS);
  }

  @Test
  void nestedTransactionHasTheRemainingOperationsOfItsParent() {
    assertThat(refusal(success(nested(success(range("a"), range("b"), range("c")))))).isNull();
    assertThat(refusal(success(nested(success(range("a"), range("b"), range("c"), range("d"))))))
        .isEqualTo(EtcdError.TOO_MANY_OPS);
    assertThat(refusal(success(range("x"), nested(success(range("a"), range("b"), range("c"))))))
        .isEqualTo(EtcdError.TOO_MANY_OPS);
  }

  @Test
  void sizeIsCheckedBeforeAnythingElse() {
    TxnRequest.Builder txn = success(range(""), range(""), range(""), range(""), range(""));

    assertThat(refusal(txn)).isEqualTo(EtcdError.TOO_MANY_OPS);
  }

  @Test
  void compareWithoutKeyIsRefused() {
    assertThat(refusal(TxnRequest.newBuilder().addCompare(Compare.getDefaultInstance())))
        .isEqualTo(EtcdError.EMPTY_KEY);
  }

  @Test
  void everyOperationIsCheckedInBothBranches() {
    RequestOp badRange = range("");
    RequestOp badPut =
        RequestOp.newBuilder()
            .setRequestPut(
                PutRequest.newBuilder()
                    .setKey(bytes("a"))
                    .setIgnoreValue(true)
                    .setValue(bytes("v")))
            .build();
    RequestOp badSort =
        RequestOp.newBuilder()
            .setRequestRange(RangeRequest.newBuilder().setKey(bytes("a")).setSortOrderValue(7))
            .build();
    RequestOp badDelete =
        RequestOp.newBuilder()
            .setRequestDeleteRange(DeleteRangeRequest.getDefaultInstance())
            .build();

    assertThat(refusal(success(badRange))).isEqualTo(EtcdError.EMPTY_KEY);
    assertThat(refusal(TxnRequest.newBuilder().addFailure(badPut)))
        .isEqualTo(EtcdError.VALUE_PROVIDED);
    assertThat(refusal(success(nested(success(badSort))))).isEqualTo(EtcdError.INVALID_SORT_OPTION);
    assertThat(refusal(TxnRequest.newBuilder().addFailure(badDelete)))
        .isEqualTo(EtcdError.EMPTY_KEY);
    assertThat(refusal(success(RequestOp.getDefaultInstance()))).isEqualTo(EtcdError.KEY_NOT_FOUND);
  }

  @Test
  void duplicateKeysAreFoundLast() {
    assertThat(refusal(success(put("a"), put("a")))).isEqualTo(EtcdError.DUPLICATE_KEY);
    assertThat(refusal(success(put("a"), put("a"), range("")))).isEqualTo(EtcdError.EMPTY_KEY);
  }

  @Test
  void deepestTransactionAcceptedCanBeReadFromTheLog() throws Exception {
    TxnRequest.Builder deepest = success(put("a"));
    for (int depth = 0; depth < TxnTranslator.DEPTH_MAX; depth++) {
      deepest = success(nested(deepest));
    }
    TxnRequest tooDeep = success(nested(deepest)).build();

    assertThat(TxnTranslator.findRefusal(tooDeep, 128)).isEqualTo(EtcdError.TOO_MANY_OPS);
    assertThat(TxnTranslator.findRefusal(deepest.build(), 128)).isNull();
    Command command = Command.newBuilder().setTxn(TxnTranslator.toTxn(deepest.build())).build();
    CommandBatch batch =
        CommandBatch.newBuilder().addSlices(Slice.newBuilder().addCommands(command)).build();
    assertThat(CommandBatch.parseFrom(batch.toByteArray())).isEqualTo(batch);
  }

  @Test
  void onlyRangesAreReadOnly() {
    assertThat(TxnTranslator.isReadOnly(TxnRequest.getDefaultInstance())).isTrue();
    assertThat(TxnTranslator.isReadOnly(success(range("a")).addFailure(range("b")).build()))
        .isTrue();
    assertThat(TxnTranslator.isReadOnly(success(range("a")).addFailure(put("b")).build()))
        .isFalse();
    assertThat(TxnTranslator.isReadOnly(success(delete("a")).build())).isFalse();
    assertThat(TxnTranslator.isReadOnly(success(nested(success(range("a")))).build()))
        .as("a nested transaction counts as a write")
        .isFalse();
  }

  @Test
  void readsLocallyOnlyIfEveryRangeIsSerializable() {
    RequestOp local =
        RequestOp.newBuilder()
            .setRequestRange(RangeRequest.newBuilder().setKey(bytes("a")).setSerializable(true))
            .build();

    assertThat(TxnTranslator.toConsistency(success(local).addFailure(local).build()))
        .isEqualTo(Consistency.SERIALIZABLE);
    assertThat(TxnTranslator.toConsistency(success(local).addFailure(range("a")).build()))
        .isEqualTo(Consistency.LINEARIZABLE);
    assertThat(TxnTranslator.toConsistency(TxnRequest.getDefaultInstance()))
        .as("etcd: no range that objects")
        .isEqualTo(Consistency.SERIALIZABLE);
  }

  @Test
  void bothBranchesAndTheirOrderReachTheStore() {
    Txn txn =
        TxnTranslator.toTxn(
            success(put("a"), nested(success(delete("b", "c"))))
                .addCompare(Compare.newBuilder().setKey(bytes("k")).setVersion(3))
                .addFailure(range("d"))
                .build());

    assertThat(txn.getCompares(0).getNumber()).isEqualTo(3);
    assertThat(txn.getSuccess(0).getPut().getKey()).isEqualTo(bytes("a"));
    assertThat(txn.getSuccess(1).getTxn().getSuccess(0).getDelete().getRangeEnd())
        .isEqualTo(bytes("c"));
    assertThat(txn.getFailure(0).getRange().getKey()).isEqualTo(bytes("d"));
  }

  @Test
  void headersOfResultsHaveTheRevisionThatEachSaw() {
    TxnRequest request =
        success(
                range("a"),
                delete("none"),
                nested(success(put("n"), range("n"))),
                delete("none"),
                range("a"))
            .build();
    RangeResult found = new RangeResult(List.of(keyValue("a", "v", 2)), 1, false);
    DeleteResult nothing = new DeleteResult(0, List.of());
    Outcome outcome =
        new Outcome.TxnDone(
            16,
            -1,
            List.of(
                found,
                nothing,
                new TxnResult(true, List.of(new PutResult(null), found)),
                nothing,
                found));

    TxnResponse reply = TxnTranslator.toReply(request, header(16), outcome);

    assertThat(reply.getHeader().getRevision()).isEqualTo(16);
    assertThat(reply.getSucceeded()).isTrue();
    assertThat(reply.getResponses(0).getResponseRange().getHeader()).isEqualTo(header(15));
    assertThat(reply.getResponses(1).getResponseDeleteRange().getHeader()).isEqualTo(header(15));
    TxnResponse inner = reply.getResponses(2).getResponseTxn();
    assertThat(inner.hasHeader()).isTrue();
    assertThat(inner.getHeader()).isEqualTo(ResponseHeader.getDefaultInstance());
    assertThat(inner.getSucceeded()).isTrue();
    assertThat(inner.getResponses(0).getResponsePut().getHeader()).isEqualTo(header(16));
    assertThat(inner.getResponses(1).getResponseRange().getHeader()).isEqualTo(header(16));
    assertThat(reply.getResponses(3).getResponseDeleteRange().getHeader()).isEqualTo(header(16));
    assertThat(reply.getResponses(4).getResponseRange().getHeader()).isEqualTo(header(16));
  }

  @Test
  void transactionThatChangesNothingKeepsTheRevisionEverywhere() {
    TxnRequest request = TxnRequest.newBuilder().addFailure(delete("none")).build();
    Outcome outcome = new Outcome.TxnDone(7, 0, List.of(new DeleteResult(0, List.of())));

    TxnResponse reply = TxnTranslator.toReply(request, header(7), outcome);

    assertThat(reply.getSucceeded()).isFalse();
    assertThat(reply.getResponses(0).getResponseDeleteRange().getHeader()).isEqualTo(header(7));
  }

  private static @Nullable EtcdError refusal(TxnRequest.Builder txn) {
    return TxnTranslator.findRefusal(txn.build(), OPS_MAX);
  }
}
