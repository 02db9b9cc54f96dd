package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentEntriesTest {
  private static final int ENTRY_BYTES = 100 << 10;

  private final List<Long> dropped = new ArrayList<>();

  @Test
  void keepsTheLastHalfMebibyte() {
    apply(8, Long.MAX_VALUE);
    assertThat(dropped).containsExactly(1L, 2L, 3L);
  }

  @Test
  void doesNotDropWhatAFollowerLacks() {
    apply(8, 2);
    assertThat(dropped).containsExactly(1L, 2L);
  }

  private void apply(int count, long receivedByAll) {
    RecentEntries entries =
        new RecentEntries((term, index) -> dropped.add(index), () -> receivedByAll);
    for (long index = 1; index <= count; index++) {
      entries.applied(/* term= */ 1, index, ENTRY_BYTES);
    }
  }
}
