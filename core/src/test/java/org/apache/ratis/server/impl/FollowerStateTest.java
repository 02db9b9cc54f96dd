package org.apache.ratis.server.impl;

import io.metastore.core.raft.ReplacedClass;
import org.junit.jupiter.api.Test;

/** How soon a lost leader is replaced is measured by {@code bench/run failover}. */
class FollowerStateTest {

  @Test
  void replacesTheClassOfRatis() throws Exception {
    ReplacedClass.check(FollowerState.class);
  }
}
