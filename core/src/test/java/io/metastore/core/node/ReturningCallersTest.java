package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReturningCallersTest {
  private static final long TOOK = 1_000_000;

  private final ReturningCallers returning = new ReturningCallers();

  @Test
  void theNextBatchWaitsUntilAllCallersAreBack() {
    returning.answered(10, TOOK, 0);
    returning.arrived(9);
    assertThat(returning.waitNanos(100)).isEqualTo(2 * TOOK - 100);
    returning.arrived(1);
    assertThat(returning.waitNanos(100)).isZero();
  }

  @Test
  void theWaitIsAtMostTwiceTheDurationOfTheLastBatch() {
    returning.answered(10, TOOK, 0);
    assertThat(returning.waitNanos(2 * TOOK - 1)).isPositive();
    assertThat(returning.waitNanos(2 * TOOK)).isZero();
  }

  @Test
  void thereIsNoWaitWithFewCallersOrAnIdleStore() {
    assertThat(returning.waitNanos(0)).isZero();
    returning.answered(3, TOOK, 0);
    assertThat(returning.waitNanos(0)).isZero();
  }

  @Test
  void commandsThatArrivedBeforeTheAnswersAreNotFromReturningCallers() {
    returning.arrived(10);
    returning.answered(10, TOOK, 0);
    assertThat(returning.waitNanos(0)).isPositive();
  }

  @Test
  void theLastBatchDecidesWhetherCallersAreFew() {
    returning.batchFormed(3);
    assertThat(returning.areFew()).isTrue();
    returning.batchFormed(4);
    assertThat(returning.areFew()).isFalse();
  }

  @Test
  void callersAnsweredLaterAreExpectedToo() {
    returning.answered(10, TOOK, 0);
    returning.arrived(10);
    returning.answered(20, TOOK, 50);
    returning.arrived(19);
    assertThat(returning.waitNanos(50)).isEqualTo(2 * TOOK);
  }

  @Test
  void afterCallersDidNotReturnThereIsNoWaitForAWhile() {
    returning.answered(10, TOOK, 0);
    returning.arrived(1);
    returning.batchFormed(10);
    int batchesWithoutWait = 0;
    while (batchesWithoutWait < 1000) {
      returning.answered(10, TOOK, 0);
      if (returning.waitNanos(0) > 0) {
        break;
      }
      returning.arrived(10);
      returning.batchFormed(10);
      batchesWithoutWait++;
    }
    assertThat(batchesWithoutWait).as("no wait for a while, then again").isBetween(1, 999);
  }
}
