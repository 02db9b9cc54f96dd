package io.metastore.adapter.metastore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ZnodeWatchesTest {
  /** A watch that is added now has missed them, even if they cannot be read yet. */
  @Test
  void announcedChangesAreKnownWithoutAnyWatch() {
    ZnodeWatches watches = new ZnodeWatches();
    watches.applied(7, List.of(), List.of());
    assertThat(watches.announced()).isEqualTo(7);
  }
}
