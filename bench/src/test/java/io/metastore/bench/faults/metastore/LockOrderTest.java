package io.metastore.bench.faults.metastore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LockOrderTest {
  @Test
  void successiveHoldersWithGrowingTokensAreAccepted() {
    assertThat(
            LockOrder.violations(
                List.of(
                    exclusive("/a", 5, 10, 20),
                    shared("/a", 7, 25, 40),
                    shared("/a", 6, 30, 50),
                    exclusive("/a", 9, 50, 60),
                    exclusive("/b", 2, 15, 55))))
        .isEmpty();
  }

  @Test
  void twoConcurrentExclusiveHoldersAreDetected() {
    assertThat(
            LockOrder.violations(List.of(exclusive("/a", 5, 10, 20), exclusive("/a", 6, 19, 30))))
        .singleElement()
        .asString()
        .startsWith("two holders at the same time");
  }

  @Test
  void sharedHolderConcurrentWithAnExclusiveOneIsDetected() {
    assertThat(LockOrder.violations(List.of(exclusive("/a", 5, 10, 20), shared("/a", 6, 19, 30))))
        .hasSize(1);
    assertThat(
            LockOrder.violations(
                List.of(
                    shared("/a", 5, 10, 100), shared("/a", 6, 11, 12), exclusive("/a", 7, 50, 60))))
        .hasSize(1);
  }

  @Test
  void longHolderIsRememberedAfterShorterOnes() {
    assertThat(
            LockOrder.violations(
                List.of(
                    exclusive("/a", 5, 10, 100),
                    exclusive("/a", 6, 20, 30),
                    exclusive("/a", 7, 40, 50))))
        .hasSize(2);
  }

  @Test
  void tokenThatDoesNotGrowIsDetected() {
    assertThat(
            LockOrder.violations(List.of(exclusive("/a", 5, 10, 20), exclusive("/a", 5, 20, 30))))
        .singleElement()
        .asString()
        .startsWith("token is not larger");
    assertThat(LockOrder.violations(List.of(shared("/a", 5, 10, 20), exclusive("/a", 4, 20, 30))))
        .hasSize(1);
  }

  @Test
  void clientThatLearnedTooLateHeldNothing() {
    assertThat(
            LockOrder.violations(List.of(exclusive("/a", 5, 30, 20), exclusive("/a", 6, 19, 40))))
        .isEmpty();
  }

  private static Hold exclusive(String lock, long token, long from, long until) {
    return new Hold(lock, true, token, token, from, until);
  }

  private static Hold shared(String lock, long token, long from, long until) {
    return new Hold(lock, false, token, token, from, until);
  }
}
