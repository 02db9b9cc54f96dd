package io.metastore.server.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.mvccpb.Event;
import io.metastore.etcdapi.mvccpb.KeyValue;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChangesTest {
  private static final long REVISION = 9;
  private final TreeSet<String> target = new TreeSet<>(List.of("a", "b", "c", "x", "z"));

  @Test
  void changesKeepTheirOrder() {
    assertThat(ops(put("n", 3, 7), delete("a"), put("m", 1, 0)))
        .containsExactly("put n lease 7", "delete a", "put m lease 0");
  }

  @Test
  void neighboursAreDeletedAsOneRange() {
    assertThat(ops(delete("a"), delete("b"), delete("c"))).containsExactly("delete a to c\0");
    assertThat(ops(delete("c"), delete("b"), delete("z")))
        .as("x exists between them")
        .containsExactly("delete b", "delete c", "delete z");
  }

  @Test
  void aTransactionIsMadeOnlyOnce() {
    assertThat(compares(put("a", 3, 0))).containsExactly("MOD LESS 9", "VERSION EQUAL 2");
    assertThat(compares(delete("a"))).containsExactly("MOD LESS 9", "VERSION GREATER 0");
  }

  private Stream<String> compares(Event event) {
    return txn(event).getCompareList().stream()
        .map(
            compare ->
                compare.getTarget()
                    + " "
                    + compare.getResult()
                    + " "
                    + (compare.hasModRevision() ? compare.getModRevision() : compare.getVersion()));
  }

  private Stream<String> ops(Event... events) {
    return txn(events).getSuccessList().stream().map(ChangesTest::text);
  }

  private TxnRequest txn(Event... events) {
    return Changes.toTxn(
        List.of(events),
        (from, to) -> target.subSet(from.toStringUtf8(), to.toStringUtf8()).size());
  }

  private static String text(RequestOp op) {
    if (op.hasRequestPut()) {
      return "put "
          + op.getRequestPut().getKey().toStringUtf8()
          + " lease "
          + op.getRequestPut().getLease();
    }
    String end = op.getRequestDeleteRange().getRangeEnd().toStringUtf8();
    return "delete "
        + op.getRequestDeleteRange().getKey().toStringUtf8()
        + (end.isEmpty() ? "" : " to " + end);
  }

  private static Event put(String key, long version, long lease) {
    return Event.newBuilder()
        .setKv(
            KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setModRevision(REVISION)
                .setVersion(version)
                .setLease(lease))
        .build();
  }

  private static Event delete(String key) {
    return Event.newBuilder()
        .setType(Event.EventType.DELETE)
        .setKv(KeyValue.newBuilder().setKey(ByteString.copyFromUtf8(key)).setModRevision(REVISION))
        .build();
  }
}
