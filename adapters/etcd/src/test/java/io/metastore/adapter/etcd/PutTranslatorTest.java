package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.Values.bytes;
import static io.metastore.adapter.etcd.Values.header;
import static io.metastore.adapter.etcd.Values.keyValue;
import static io.metastore.adapter.etcd.Values.putRequest;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.OpResult.PutResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Put;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.PutResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PutTranslatorTest {

  @Test
  void emptyKeyIsRefused() {
    assertThat(PutTranslator.findRefusal(putRequest("", "v"))).isEqualTo(EtcdError.EMPTY_KEY);
  }

  @Test
  void valueToBeIgnoredIsRefused() {
    PutRequest request = putRequest("k", "v").toBuilder().setIgnoreValue(true).build();

    assertThat(PutTranslator.findRefusal(request)).isEqualTo(EtcdError.VALUE_PROVIDED);
  }

  @Test
  void leaseToBeIgnoredIsRefused() {
    PutRequest request = putRequest("k", "").toBuilder().setIgnoreLease(true).setLease(7).build();

    assertThat(PutTranslator.findRefusal(request)).isEqualTo(EtcdError.LEASE_PROVIDED);
  }

  @Test
  void ignoringUnsetFieldsIsValid() {
    PutRequest request =
        putRequest("k", "").toBuilder().setIgnoreLease(true).setIgnoreValue(true).build();

    assertThat(PutTranslator.findRefusal(request)).isNull();
  }

  @Test
  void everyOptionReachesTheStore() {
    PutRequest request =
        putRequest("k", "v").toBuilder().setLease(7).setPrevKv(true).setIgnoreLease(true).build();

    assertThat(PutTranslator.toOp(request).getPut())
        .isEqualTo(
            Put.newBuilder()
                .setKey(bytes("k"))
                .setValue(bytes("v"))
                .setLease(7)
                .setPrevKv(true)
                .setKeepLease(true)
                .build());
    assertThat(
            PutTranslator.toOp(PutRequest.newBuilder().setIgnoreValue(true).build())
                .getPut()
                .getKeepValue())
        .isTrue();
  }

  @Test
  void replyCarriesTheVersionThatWasReplaced() {
    Outcome outcome = new Outcome.TxnDone(9, -1, List.of(new PutResult(keyValue("k", "old", 4))));

    PutResponse reply = PutTranslator.toReply(header(9), outcome);

    assertThat(reply.getHeader().getRevision()).isEqualTo(9);
    assertThat(reply.getPrevKv().getValue()).isEqualTo(bytes("old"));
    assertThat(reply.getPrevKv().getModRevision()).isEqualTo(4);
  }

  @Test
  void replyWithoutPreviousVersionHasNone() {
    Outcome outcome = new Outcome.TxnDone(9, -1, List.of(new PutResult(null)));

    assertThat(PutTranslator.toReply(header(9), outcome).hasPrevKv()).isFalse();
  }
}
