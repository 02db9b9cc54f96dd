package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogRetentionTest {
  private final LogRetention retention = new LogRetention();

  @Test
  void smallEntriesAreKeptUpToANumber() {
    for (long index = 10; index <= 5000; index++) {
      retention.applied(index, 100);
    }
    assertThat(retention.droppable(5000)).isEqualTo(5000 - LogRetention.ENTRIES_MAX);
  }

  @Test
  void largeEntriesAreKeptUpToASize() {
    int large = 1 << 20;
    for (long index = 1; index <= 5000; index++) {
      retention.applied(index, large);
    }
    assertThat(retention.droppable(5000)).isEqualTo(5000 - LogRetention.BYTES_MAX / large);
  }

  @Test
  void entriesAfterTheCheckpointAreNeverDropped() {
    for (long index = 1; index <= 5000; index++) {
      retention.applied(index, 100);
    }
    assertThat(retention.droppable(7)).isEqualTo(7);
  }

  @Test
  void entriesAppliedAgainAfterARestartAreKept() {
    assertThat(retention.droppable(100)).isEqualTo(100);
    retention.applied(90, 5);
    retention.applied(95, 5);
    assertThat(retention.droppable(95)).isEqualTo(89);
  }
}
