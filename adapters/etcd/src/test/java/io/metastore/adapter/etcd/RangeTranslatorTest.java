package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.Values.bytes;
import static io.metastore.adapter.etcd.Values.header;
import static io.metastore.adapter.etcd.Values.keyValue;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.Consistency;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Range;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest.SortOrder;
import io.metastore.etcdapi.etcdserverpb.RangeRequest.SortTarget;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RangeTranslatorTest {
  private static final RangeRequest A_TO_Z =
      RangeRequest.newBuilder().setKey(bytes("a")).setRangeEnd(bytes("z")).build();

  @Test
  void emptyKeyIsRefused() {
    assertThat(RangeTranslator.findRefusal(RangeRequest.getDefaultInstance()))
        .isEqualTo(EtcdError.EMPTY_KEY);
  }

  @Test
  void unknownOrderAndTargetAreRefused() {
    assertThat(RangeTranslator.findRefusal(A_TO_Z.toBuilder().setSortOrderValue(3).build()))
        .isEqualTo(EtcdError.INVALID_SORT_OPTION);
    assertThat(RangeTranslator.findRefusal(A_TO_Z.toBuilder().setSortTargetValue(5).build()))
        .isEqualTo(EtcdError.INVALID_SORT_OPTION);
    assertThat(RangeTranslator.findRefusal(A_TO_Z)).isNull();
  }

  @Test
  void everyOptionReachesTheStore() {
    RangeRequest request =
        A_TO_Z.toBuilder()
            .setLimit(3)
            .setRevision(8)
            .setSortOrder(SortOrder.DESCEND)
            .setSortTarget(SortTarget.MOD)
            .setKeysOnly(true)
            .setCountOnly(true)
            .setMinModRevision(1)
            .setMaxModRevision(2)
            .setMinCreateRevision(3)
            .setMaxCreateRevision(4)
            .build();

    assertThat(RangeTranslator.toRange(request))
        .isEqualTo(
            Range.newBuilder()
                .setKey(bytes("a"))
                .setRangeEnd(bytes("z"))
                .setLimit(3)
                .setRevision(8)
                .setOrder(Range.Order.DESCEND)
                .setSortTarget(Range.SortTarget.MOD)
                .setKeysOnly(true)
                .setCountOnly(true)
                .setMinModRevision(1)
                .setMaxModRevision(2)
                .setMinCreateRevision(3)
                .setMaxCreateRevision(4)
                .build());
  }

  @Test
  void consistencyIsTheClientsChoice() {
    assertThat(RangeTranslator.toConsistency(A_TO_Z)).isEqualTo(Consistency.LINEARIZABLE);
    assertThat(RangeTranslator.toConsistency(A_TO_Z.toBuilder().setSerializable(true).build()))
        .isEqualTo(Consistency.SERIALIZABLE);
  }

  @ParameterizedTest
  @CsvSource({
    "KEY, NONE, KEY, NONE",
    "KEY, ASCEND, KEY, ASCEND",
    "KEY, DESCEND, KEY, DESCEND",
    "VERSION, NONE, VERSION, ASCEND",
    "CREATE, NONE, CREATE, ASCEND",
    "MOD, DESCEND, MOD, DESCEND",
    "VALUE, NONE, VALUE, ASCEND"
  })
  void targetWithoutOrderAscends(
      SortTarget target, SortOrder order, Range.SortTarget coreTarget, Range.Order coreOrder) {
    Range range =
        RangeTranslator.toRange(
            A_TO_Z.toBuilder().setSortTarget(target).setSortOrder(order).build());

    assertThat(range.getSortTarget()).isEqualTo(coreTarget);
    assertThat(range.getOrder()).isEqualTo(coreOrder);
  }

  @Test
  void limitWithTargetWithoutOrderSortsOnlyThePage() {
    RangeRequest request =
        A_TO_Z.toBuilder().setSortTarget(SortTarget.VALUE).setLimit(2).setKeysOnly(true).build();
    List<KeyValue> inKeyOrder =
        List.of(keyValue("a", "z", 2), keyValue("b", "y", 3), keyValue("c", "x", 4));

    Range range = RangeTranslator.toRange(request);
    RangeResponse reply = reply(request, new RangeResult(inKeyOrder, 5, true));

    assertThat(range.getOrder()).isEqualTo(Range.Order.NONE);
    assertThat(range.getLimit()).isEqualTo(3);
    assertThat(range.getKeysOnly()).as("values are needed to sort by them").isFalse();
    // As a running etcd answers: c and b, though d and e would sort before them.
    assertThat(reply.getKvsList())
        .extracting(kv -> kv.getKey().toStringUtf8())
        .containsExactly("c", "b");
    assertThat(reply.getKvsList()).allMatch(kv -> kv.getValue().isEmpty());
    assertThat(reply.getMore()).isTrue();
    assertThat(reply.getCount()).isEqualTo(5);
  }

  @Test
  void pageThatIsNotFullIsSortedWhole() {
    RangeRequest request = A_TO_Z.toBuilder().setSortTarget(SortTarget.MOD).setLimit(2).build();

    RangeResponse reply =
        reply(
            request,
            new RangeResult(List.of(keyValue("a", "", 9), keyValue("b", "", 3)), 2, false));

    assertThat(reply.getKvsList())
        .extracting(kv -> kv.getKey().toStringUtf8())
        .containsExactly("b", "a");
    assertThat(reply.getMore()).isFalse();
  }

  @Test
  void revisionFilterMakesTheStoreSortEverything() {
    RangeRequest request =
        A_TO_Z.toBuilder().setSortTarget(SortTarget.VALUE).setLimit(2).setMinModRevision(2).build();

    assertThat(RangeTranslator.toRange(request).getOrder()).isEqualTo(Range.Order.ASCEND);
    assertThat(RangeTranslator.toRange(request).getLimit()).isEqualTo(2);
  }

  @Test
  void replyCarriesEveryFieldOfAKey() {
    KeyValue keyValue = new KeyValue(bytes("a"), bytes("v"), 2, 5, 3, 77);

    RangeResponse reply = reply(A_TO_Z, new RangeResult(List.of(keyValue), 4, true));

    assertThat(reply.getHeader()).isEqualTo(header(6));
    assertThat(reply.getCount()).isEqualTo(4);
    assertThat(reply.getMore()).isTrue();
    assertThat(reply.getKvs(0))
        .isEqualTo(
            io.metastore.etcdapi.mvccpb.KeyValue.newBuilder()
                .setKey(bytes("a"))
                .setValue(bytes("v"))
                .setCreateRevision(2)
                .setModRevision(5)
                .setVersion(3)
                .setLease(77)
                .build());
  }

  @Test
  void keysOnlyRangeHasNoLeasesUnlessValuesAreNeeded() {
    RangeRequest keys = A_TO_Z.toBuilder().setKeysOnly(true).build();
    KeyValue keyValue = new KeyValue(bytes("a"), bytes(""), 2, 5, 3, 77);
    RangeResult result = new RangeResult(List.of(keyValue), 1, false);

    assertThat(reply(keys, result).getKvs(0).getLease()).isZero();
    assertThat(reply(keys, result).getKvs(0).getVersion()).isEqualTo(3);
    assertThat(
            reply(keys.toBuilder().setSortTarget(SortTarget.VALUE).build(), result)
                .getKvs(0)
                .getLease())
        .isEqualTo(77);
  }

  private static RangeResponse reply(RangeRequest request, RangeResult result) {
    return RangeTranslator.toReplier(request).toReply(header(6), new Outcome.Ranged(6, result));
  }
}
