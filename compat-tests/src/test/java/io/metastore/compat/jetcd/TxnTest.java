package io.metastore.compat.jetcd;

import static io.metastore.compat.jetcd.Jetcd.bytes;
import static io.metastore.compat.jetcd.Jetcd.get;
import static io.metastore.compat.jetcd.Jetcd.refusal;
import static io.metastore.compat.jetcd.Jetcd.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TxnTest extends JetcdSuite {
  @Test
  void trueComparisonRunsTheFirstBranch() throws Exception {
    put("a", "1");
    TxnResponse answer =
        putIf(new Cmp(bytes(own + "a"), Cmp.Op.EQUAL, CmpTarget.value(bytes("1"))));
    assertThat(answer.isSucceeded()).isTrue();
    assertThat(texts(all())).containsExactly(own + "a=then");
  }

  @Test
  void falseComparisonRunsTheSecondBranch() throws Exception {
    put("a", "1");
    TxnResponse answer =
        putIf(new Cmp(bytes(own + "a"), Cmp.Op.GREATER, CmpTarget.value(bytes("1"))));
    assertThat(answer.isSucceeded()).isFalse();
    assertThat(texts(all())).containsExactly(own + "a=else");
  }

  @Test
  void anAbsentKeyHasVersionZero() throws Exception {
    assertThat(putIf(new Cmp(bytes(own + "a"), Cmp.Op.EQUAL, CmpTarget.version(0))).isSucceeded())
        .isTrue();
    assertThat(putIf(new Cmp(bytes(own + "a"), Cmp.Op.EQUAL, CmpTarget.version(0))).isSucceeded())
        .isFalse();
  }

  @Test
  void anAbsentKeyHasNoValueToCompare() throws Exception {
    Cmp absent = new Cmp(bytes(own + "a"), Cmp.Op.NOT_EQUAL, CmpTarget.value(bytes("1")));
    assertThat(putIf(absent).isSucceeded()).isFalse();
  }

  @Test
  void revisionsCompareWithWhatTheLastPutReturned() throws Exception {
    long first = put("a", "1");
    long second = put("a", "2");
    TxnResponse answer =
        get(
            client
                .getKVClient()
                .txn()
                .If(
                    new Cmp(bytes(own + "a"), Cmp.Op.EQUAL, CmpTarget.createRevision(first)),
                    new Cmp(bytes(own + "a"), Cmp.Op.EQUAL, CmpTarget.modRevision(second)))
                .commit());
    assertThat(answer.isSucceeded()).isTrue();
  }

  @Test
  void allChangesOfATransactionHaveOneRevision() throws Exception {
    long before = put("z", "0");
    get(client.getKVClient().txn().Then(putOp("a", "1"), putOp("b", "2"), deleteOp("z")).commit());
    assertThat(all()).extracting(KeyValue::getModRevision).containsExactly(before + 1, before + 1);
    assertThat(texts(all())).containsExactly(own + "a=1", own + "b=2");
  }

  @Test
  void aReadInATransactionSeesTheWritesBeforeIt() throws Exception {
    TxnResponse answer =
        get(client.getKVClient().txn().Then(getOp("a"), putOp("a", "1"), getOp("a")).commit());
    assertThat(answer.getGetResponses().get(0).getKvs()).isEmpty();
    assertThat(texts(answer.getGetResponses().get(1).getKvs())).containsExactly(own + "a=1");
  }

  @Test
  void aTransactionInATransactionRuns() throws Exception {
    put("a", "1");
    Op.TxnOp inner =
        Op.txn(
            new Cmp[] {new Cmp(bytes(own + "a"), Cmp.Op.EQUAL, CmpTarget.value(bytes("1")))},
            new Op[] {putOp("b", "inner")},
            new Op[] {});
    TxnResponse answer = get(client.getKVClient().txn().Then(inner).commit());
    assertThat(answer.getTxnResponses()).singleElement().matches(TxnResponse::isSucceeded);
    assertThat(texts(all())).containsExactly(own + "a=1", own + "b=inner");
  }

  @Test
  void readOnlyTransactionUsesNoRevision() throws Exception {
    long before = put("a", "1");
    TxnResponse answer = get(client.getKVClient().txn().Then(getOp("a")).commit());
    assertThat(answer.getHeader().getRevision()).isEqualTo(before);
  }

  @Test
  void aKeyPutTwiceIsRefused() throws Exception {
    assertThat(refusal(client.getKVClient().txn().Then(putOp("a", "1"), putOp("a", "2")).commit()))
        .isEqualTo("INVALID_ARGUMENT: etcdserver: duplicate key given in txn request");
    assertThat(all()).isEmpty();
  }

  @Test
  void tooManyOperationsAreRefused() throws Exception {
    Op[] puts = IntStream.range(0, 129).mapToObj(i -> putOp("k" + i, "v")).toArray(Op[]::new);
    assertThat(refusal(client.getKVClient().txn().Then(puts).commit()))
        .isEqualTo("INVALID_ARGUMENT: etcdserver: too many operations in txn request");
    assertThat(all()).isEmpty();
  }

  @Test
  void failedOperationUndoesTheWholeTransaction() throws Exception {
    Op.PutOp onNoLease =
        Op.put(bytes(own + "b"), bytes("2"), PutOption.builder().withLeaseId(1_234_567).build());
    assertThat(refusal(client.getKVClient().txn().Then(putOp("a", "1"), onNoLease).commit()))
        .isEqualTo("NOT_FOUND: etcdserver: requested lease not found");
    assertThat(all()).isEmpty();
  }

  private TxnResponse putIf(Cmp condition) throws InterruptedException {
    return get(
        client
            .getKVClient()
            .txn()
            .If(condition)
            .Then(putOp("a", "then"))
            .Else(putOp("a", "else"))
            .commit());
  }

  private Op.PutOp putOp(String key, String value) {
    return Op.put(bytes(own + key), bytes(value), PutOption.DEFAULT);
  }

  private Op.GetOp getOp(String key) {
    return Op.get(bytes(own + key), GetOption.DEFAULT);
  }

  private Op.DeleteOp deleteOp(String key) {
    return Op.delete(bytes(own + key), DeleteOption.DEFAULT);
  }
}
