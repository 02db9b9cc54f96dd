package io.metastore.core.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.core.api.AnswerBudget.Held;
import io.metastore.core.api.StoreException.NotServed;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnswerBudgetTest {
  private final AtomicLong nanos = new AtomicLong();
  private final AnswerBudget budget = new AnswerBudget(100, 5, 3, nanos::get);

  @Test
  void bytesAreHandedOutInOrder() {
    Held first = take(60).join();
    CompletableFuture<Held> large = take(50);
    CompletableFuture<Held> small = take(10);
    // 40 bytes are left, but if later calls could overtake it, the first might wait forever.
    assertThat(large).isNotDone();
    assertThat(small).isNotDone();

    first.close();

    assertThat(large).isCompleted();
    assertThat(small).isCompleted();
  }

  @Test
  void answerLargerThanTheBudgetHoldsAllOfIt() {
    Held one = take(1).join();
    CompletableFuture<Held> huge = take(1000);
    assertThat(huge).isNotDone();
    one.close();
    assertThat(huge).isCompleted();
    CompletableFuture<Held> next = take(1);
    assertThat(next).isNotDone();
    huge.join().close();
    assertThat(next).isCompleted();
  }

  @Test
  void returningBytesTwiceCountsOnce() {
    Held held = take(100).join();
    held.close();
    held.close();
    take(100).join();
    assertThat(take(1)).isNotDone();
  }

  @Test
  void callThatWaitsTooLongIsNotServed() {
    take(100).join();
    CompletableFuture<Held> late = take(1);
    passMs(4);
    assertThat(late).isNotDone();
    passMs(2);
    assertThatThrownBy(late::join).hasCauseInstanceOf(NotServed.class);
  }

  @Test
  void stalledCallIsNotifiedWhenOthersWait() {
    AtomicInteger stalls = new AtomicInteger();
    Held held = budget.take(100, stalls::incrementAndGet).join();
    passMs(100);
    assertThat(stalls).hasValue(0);
    held.moved();

    CompletableFuture<Held> waiting = take(1);
    passMs(2);
    assertThat(stalls).hasValue(0);
    passMs(2);
    assertThat(stalls).hasValue(1);
    held.close();
    assertThat(waiting).isCompleted();
  }

  @Test
  void answerThatCannotWaitHasHalfAsMuchInAddition() {
    take(100).join();
    Held first = tryTake(30);
    assertThat(first).isNotNull();
    assertThat(tryTake(30)).isNull();
    assertThat(tryTake(20)).isNotNull();

    requireNonNull(first).close();

    assertThat(tryTake(30)).isNotNull();
    assertThat(take(1)).isNotDone();
  }

  @Test
  void answerThatCannotWaitAndIsLargerThanItsPartIsAlone() {
    Held huge = requireNonNull(tryTake(1000));
    assertThat(tryTake(1)).isNull();
    huge.close();
    assertThat(tryTake(1)).isNotNull();
  }

  @Test
  void callWhoseClientTakesNothingIsToldWhenOneThatCannotWaitWasRefused() {
    AtomicInteger stalls = new AtomicInteger();
    budget.tryTake(50, stalls::incrementAndGet);
    passMs(4);
    assertThat(stalls).hasValue(0);
    tryTake(1);
    passMs(1);
    assertThat(stalls).hasValue(1);
    passMs(1);
    assertThat(stalls).hasValue(1);
  }

  private @Nullable Held tryTake(long bytes) {
    return budget.tryTake(bytes, () -> {});
  }

  private CompletableFuture<Held> take(long bytes) {
    return budget.take(bytes, () -> {});
  }

  private void passMs(long ms) {
    nanos.addAndGet(ms * 1_000_000);
    budget.tick();
  }
}
