package org.apache.ratis.util;

import io.metastore.core.raft.ReplacedClass;
import org.junit.jupiter.api.Test;

class JmxRegisterTest {

  @Test
  void replacesTheClassOfRatis() throws Exception {
    ReplacedClass.check(JmxRegister.class, " tryRegister[");
  }
}
