package io.metastore.adapter.etcd.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {
  private static final int MIB = 1 << 20;

  private final AtomicLong nanos = new AtomicLong();
  private final List<String> lost = new ArrayList<>();
  private final BodyBudget budget = new BodyBudget(10 * MIB, MIB, nanos::get);

  @Test
  void largeBodiesLeaveRoomForSmallOnes() {
    assertThat(open("large").take(10 * MIB)).isTrue();
    BodyBudget.Place second = open("another");
    assertThat(second.take(BodyBudget.SMALL_BYTES)).isTrue();
    assertThat(second.take(1)).isFalse();
    for (int i = 1; i < MIB / BodyBudget.SMALL_BYTES; i++) {
      assertThat(open("small").take(BodyBudget.SMALL_BYTES)).isTrue();
    }
    assertThat(open("small").take(1)).isFalse();
    assertThat(lost).isEmpty();
  }

  @Test
  void theBodyThatHeldTheMostForTheLongestTimeGoesFirst() {
    open("old and small").take(BodyBudget.SMALL_BYTES);
    pass(1);
    open("old and large").take(8 * MIB);
    pass(3);
    BodyBudget.Place fresh = open("new");
    fresh.take(MIB);
    assertThat(open("next").take(3 * MIB)).isTrue();
    assertThat(lost).containsExactly("old and large");
    assertThat(budget.heldBytes()).isEqualTo(4 * MIB + BodyBudget.SMALL_BYTES);
  }

  @Test
  void bodiesThatArriveInTimeKeepTheirPlaces() {
    BodyBudget.Place first = open("first");
    first.take(10 * MIB);
    pass(1);
    assertThat(open("second").take(MIB)).isFalse();
    first.close();
    assertThat(open("third").take(MIB)).isTrue();
    assertThat(lost).isEmpty();
  }

  @Test
  void lostPlaceTakesNoMore() {
    BodyBudget.Place slow = open("slow");
    slow.take(6 * MIB);
    pass(5);
    assertThat(open("next").take(6 * MIB)).isTrue();
    assertThat(slow.take(1)).isFalse();
    slow.close();
    assertThat(budget.heldBytes()).isEqualTo(6 * MIB);
  }

  private BodyBudget.Place open(String name) {
    return budget.open(() -> lost.add(name));
  }

  private void pass(int seconds) {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }
}
