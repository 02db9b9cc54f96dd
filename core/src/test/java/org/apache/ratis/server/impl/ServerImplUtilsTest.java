package org.apache.ratis.server.impl;

import io.metastore.core.raft.ReplacedClass;
import org.junit.jupiter.api.Test;

class ServerImplUtilsTest {

  @Test
  void replacesTheClassOfRatis() throws Exception {
    ReplacedClass.check(ServerImplUtils.class);
    ReplacedClass.check(ServerImplUtils.NavigableIndices.class, "getTerm", "removeExisting");
  }
}
