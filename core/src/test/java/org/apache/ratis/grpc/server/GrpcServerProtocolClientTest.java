package org.apache.ratis.grpc.server;

import io.metastore.core.raft.ReplacedClass;
import org.junit.jupiter.api.Test;

class GrpcServerProtocolClientTest {

  @Test
  void replacesTheClassOfRatis() throws Exception {
    ReplacedClass.check(GrpcServerProtocolClient.class, " newGrpcStubPool[");
  }
}
