package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.Values.delete;
import static io.metastore.adapter.etcd.Values.nested;
import static io.metastore.adapter.etcd.Values.put;
import static io.metastore.adapter.etcd.Values.range;
import static io.metastore.adapter.etcd.Values.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The surprising results were observed with a running etcd, the same in 3.4.23 and 3.7.3. */
final class TxnOverlapsTest {

  @Test
  void puttingAKeyTwiceCollides() {
    assertThat(hasDuplicate(put("a"), put("b"))).isFalse();
    assertThat(hasDuplicate(put("a"), put("b"), put("a"))).isTrue();
  }

  @Test
  void puttingAndDeletingAKeyCollidesInAnyOrder() {
    assertThat(hasDuplicate(put("a"), delete("a"))).isTrue();
    assertThat(hasDuplicate(delete("a"), put("a"))).isTrue();
    assertThat(hasDuplicate(delete("a", "c"), put("b"))).isTrue();
    assertThat(hasDuplicate(delete("a", "c"), put("c"))).isFalse();
    assertThat(hasDuplicate(delete("a"), put("aa"))).isFalse();
  }

  @Test
  void deletesMayOverlap() {
    assertThat(hasDuplicate(delete("a", "c"), delete("b", "d"), delete("b"))).isFalse();
    assertThat(hasDuplicate(delete("a", "c"), delete("b", "d"), put("cc"))).isTrue();
  }

  @Test
  void deleteWithoutUpperBoundCollidesWithNothing() {
    assertThat(hasDuplicate(delete("x", "\0"), put("y"))).isFalse();
  }

  @Test
  void emptyDeleteCollidesWithNothing() {
    assertThat(hasDuplicate(delete("y", "b"), put("y"))).isFalse();
    assertThat(hasDuplicate(delete("y", "b"), put("c"))).isFalse();
  }

  @Test
  void branchesExcludeEachOther() {
    assertThat(TxnOverlaps.hasDuplicate(success(put("a")).addFailure(put("a")).build())).isFalse();
    assertThat(hasDuplicate(nested(success(put("a")).addFailure(put("a"))))).isFalse();
    assertThat(hasDuplicate(nested(success(put("a")).addFailure(put("b")).addFailure(put("b")))))
        .isTrue();
  }

  @Test
  void nestedPutsCollideWithOthers() {
    assertThat(hasDuplicate(nested(success(put("a"))), put("a"))).isTrue();
    assertThat(hasDuplicate(nested(success(put("a"))), nested(success(put("a"))))).isTrue();
    assertThat(
            hasDuplicate(
                nested(success(put("a"))), nested(success(range("b")).addFailure(put("a")))))
        .isTrue();
    assertThat(hasDuplicate(nested(success(put("a"))), delete("a"))).isTrue();
  }

  @Test
  void nestedDeletesConflictWithOperationsCheckedAfterThem() {
    assertThat(hasDuplicate(nested(success(delete("s"))), put("s"))).isTrue();
    assertThat(hasDuplicate(nested(success(delete("s"))), nested(success(put("s"))))).isTrue();
    assertThat(hasDuplicate(nested(success(put("s"))), nested(success(delete("s"))))).isFalse();
  }

  static LongStream seeds() {
    Long pinned = Long.getLong("seed");
    return pinned != null ? LongStream.of(pinned) : new Random().longs(20);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void mergedRangesHoldTheSameKeysAsTheRangesTheyCameFrom(long seed) {
    Random random = new Random(seed);
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    boolean[] deleted = new boolean[100];
    for (int i = 0; i < 1 + random.nextInt(12); i++) {
      int from = random.nextInt(100);
      int to = random.nextInt(100);
      txn.addSuccess(delete(key(from), key(to)));
      for (int k = from; k < to; k++) {
        deleted[k] = true;
      }
    }
    for (int k = 0; k < 100; k++) {
      TxnRequest withPut = txn.clone().addSuccess(put(key(k))).build();
      assertThat(TxnOverlaps.hasDuplicate(withPut)).as(key(k)).isEqualTo(deleted[k]);
    }
  }

  private static String key(int number) {
    return "%02d".formatted(number);
  }

  private static boolean hasDuplicate(RequestOp... ops) {
    return TxnOverlaps.hasDuplicate(success(ops).build());
  }
}
