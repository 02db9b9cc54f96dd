package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogRetentionTest {
  private static final long NOT_NEEDED = Long.MAX_VALUE;
  private static final int ENTRIES_MAX = 2000;

  private final LogRetention retention = new LogRetention(ENTRIES_MAX);

  @Test
  void smallEntriesAreKeptUpToANumber() {
    for (long index = 10; index <= 5000; index++) {
      retention.applied(index, 100);
    }
    assertThat(retention.droppable(5000, NOT_NEEDED)).isEqualTo(5000 - ENTRIES_MAX);
  }

  @Test
  void largeEntriesAreKeptUpToASize() {
    int large = 1 << 20;
    for (long index = 1; index <= 5000; index++) {
      retention.applied(index, large);
    }
    assertThat(retention.droppable(5000, NOT_NEEDED))
        .isEqualTo(5000 - LogRetention.BYTES_MAX / large);
  }

  @Test
  void entriesAfterTheCheckpointAreNeverDropped() {
    for (long index = 1; index <= 5000; index++) {
      retention.applied(index, 100);
    }
    assertThat(retention.droppable(7, NOT_NEEDED)).isEqualTo(7);
  }

  @Test
  void beforeTheFirstEntryNothingIsKept() {
    assertThat(retention.droppable(100, NOT_NEEDED)).isEqualTo(100);
  }

  @Test
  void entriesAppliedAgainAfterARestartAreKept() {
    retention.applied(90, 5);
    retention.applied(95, 5);
    assertThat(retention.droppable(95, NOT_NEEDED)).isEqualTo(89);
  }

  @Test
  void entriesBeforeAReceivedCheckpointAreNotKept() {
    retention.applied(10, 5);
    retention.applied(10_000, 5);
    retention.applied(10_001, 5);
    assertThat(retention.droppable(10_001, NOT_NEEDED)).isEqualTo(9_999);
  }

  @Test
  void noEntryIsKeptIfNoneIsWanted() {
    LogRetention none = new LogRetention(0);
    none.applied(1, 5);
    none.applied(2, 5);
    assertThat(none.droppable(2, NOT_NEEDED)).isEqualTo(2);
  }

  @Test
  void whatAFollowerNeedsIsKept() {
    for (long index = 0; index <= 9000; index++) {
      retention.applied(index, 100);
    }
    assertThat(retention.droppable(9000, 3000)).isEqualTo(3000);
    assertThat(retention.droppable(9000, NOT_NEEDED)).isEqualTo(9000 - ENTRIES_MAX);
  }

  @Test
  void whatWasDroppedStaysDropped() {
    retention.opened(4000);
    for (long index = 4001; index <= 9000; index++) {
      retention.applied(index, 100);
    }
    assertThat(retention.droppable(9000, 100)).isEqualTo(4000);
    assertThat(retention.droppable(9000, 6000)).isEqualTo(6000);
    assertThat(retention.droppable(9000, 5000)).isEqualTo(6000);
  }
}
