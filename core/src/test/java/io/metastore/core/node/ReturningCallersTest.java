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
  void anIdleStoreDoesNotWait() {
    assertThat(returning.waitNanos(0)).isZero();
  }

  @Test
  void twoCallersAreExpectedBoth() {
    returning.answered(2, TOOK, 0);
    returning.arrived(1);
    assertThat(returning.waitNanos(0)).isPositive();
    returning.arrived(1);
    assertThat(returning.waitNanos(0)).isZero();
  }

  @Test
  void commandsThatArrivedBeforeTheAnswersAreNotFromReturningCallers() {
    returning.arrived(10);
    returning.answered(10, TOOK, 0);
    assertThat(returning.waitNanos(0)).isPositive();
  }

  @Test
  void afterABatchOfSeveralTheNextCommandWaitsForOthers() {
    returning.batchFormed(1);
    assertThat(returning.areAlone(1, 0)).isTrue();
    returning.batchFormed(2);
    assertThat(returning.areAlone(1, 0)).isFalse();
  }

  /** The one that released the lock will acquire it again, and its new holder will release it. */
  @Test
  void aReleasedLockHasTwoCallersReturn() {
    returning.batchFormed(1);
    returning.answeredMore(1);
    returning.answered(1, TOOK, 0);
    assertThat(returning.areAlone(1, 0)).isFalse();
    returning.arrived(1);
    assertThat(returning.waitNanos(0)).isPositive();
    returning.arrived(1);
    assertThat(returning.waitNanos(0)).isZero();
  }

  @Test
  void aCallerThatWaitsForALockIsNotExpected() {
    returning.batchFormed(1);
    returning.answeredMore(-1);
    returning.arrived(1);
    returning.answered(1, TOOK, 0);
    assertThat(returning.areAlone(1, 0)).isTrue();
    assertThat(returning.waitNanos(0)).isZero();
  }

  @Test
  void whenOneOfTwoCallersDidNotReturnAFewCommandsDoNotWaitForOthers() {
    returning.answered(2, TOOK, 0);
    returning.arrived(1);
    returning.batchFormed(2);
    assertThat(returning.areAlone(1, 0)).isTrue();
    returning.batchFormed(4);
    assertThat(returning.areAlone(1, 0)).isFalse();
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
    doNotReturn();
    assertThat(batchesWithoutWait()).isBetween(1, 1000);
  }

  @Test
  void whenCallersDoNotReturnAgainTheNextWaitIsLater() {
    doNotReturn();
    int first = batchesWithoutWait();
    doNotReturn();
    assertThat(batchesWithoutWait()).isGreaterThan(first).isLessThan(1000);
  }

  private void doNotReturn() {
    returning.answered(10, TOOK, 0);
    returning.arrived(1);
    returning.batchFormed(10);
  }

  /** Number of batches whose callers all return, until one waits for them; at most 1000. */
  private int batchesWithoutWait() {
    for (int batches = 0; batches < 1000; batches++) {
      returning.answered(10, TOOK, 0);
      if (returning.waitNanos(0) > 0) {
        return batches;
      }
      returning.arrived(10);
      returning.batchFormed(10);
    }
    return 1000;
  }
}
