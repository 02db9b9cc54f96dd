package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.Values.bytes;
import static io.metastore.adapter.etcd.Values.header;
import static io.metastore.adapter.etcd.Values.keyValue;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.OpResult.DeleteResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Delete;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeleteTranslatorTest {

  @Test
  void emptyKeyIsRefused() {
    assertThat(DeleteTranslator.findRefusal(DeleteRangeRequest.getDefaultInstance()))
        .isEqualTo(EtcdError.EMPTY_KEY);
  }

  @Test
  void everyOptionReachesTheStore() {
    DeleteRangeRequest request =
        DeleteRangeRequest.newBuilder()
            .setKey(bytes("a"))
            .setRangeEnd(bytes("b"))
            .setPrevKv(true)
            .build();

    assertThat(DeleteTranslator.findRefusal(request)).isNull();
    assertThat(DeleteTranslator.toOp(request).getDelete())
        .isEqualTo(
            Delete.newBuilder().setKey(bytes("a")).setRangeEnd(bytes("b")).setPrevKv(true).build());
  }

  @Test
  void replyCarriesCountAndDeletedVersionsInOrder() {
    DeleteResult result =
        new DeleteResult(2, List.of(keyValue("a", "1", 3), keyValue("b", "2", 4)));

    DeleteRangeResponse reply =
        DeleteTranslator.toReply(header(5), new Outcome.TxnDone(5, -1, List.of(result)));

    assertThat(reply.getDeleted()).isEqualTo(2);
    assertThat(reply.getPrevKvsList())
        .extracting(previous -> previous.getKey().toStringUtf8())
        .containsExactly("a", "b");
  }
}
