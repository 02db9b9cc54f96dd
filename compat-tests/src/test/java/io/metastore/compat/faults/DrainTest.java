package io.metastore.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.api.v1.ClusterGrpc;
import io.metastore.api.v1.DrainRequest;
import io.metastore.api.v1.DrainResponse;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Members are taken out of service while clients write. */
class DrainTest {
  private static final int CLIENTS = 6;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static ClusterProcesses cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = ClusterProcesses.three(DrainTest.class);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void aDrainedLeaderHandsOverAndStopsAndNothingAcknowledgedIsLost() throws Exception {
    ServerProcess leader = cluster.leader();
    try (WriteLoad load = WriteLoad.start(cluster.members(), "drain/", CLIENTS)) {
      load.awaitMore(100);
      long own = leader.status().getHeader().getMemberId();

      DrainResponse drained = drain(leader);

      assertThat(drained.getLeaderId()).isNotZero().isNotEqualTo(own);
      assertThat(leader.awaitExit()).isZero();
      // The leader was handed over without an election timeout.
      assertThat(cluster.leader().status().getHeader().getMemberId())
          .isEqualTo(drained.getLeaderId());
      load.awaitMore(100);
      assertThatThrownBy(() -> drain(cluster.leader()))
          .as("two of three are needed")
          .isInstanceOf(StatusRuntimeException.class)
          .extracting(Status::fromThrowable)
          .extracting(Status::getCode)
          .isEqualTo(Status.Code.UNAVAILABLE);
      leader.start();
      leader.awaitReady();
      load.awaitMore(100);
      load.stop();
      History.of(leader, "drain/").assertAgreesWith(load);
    }
  }

  private static DrainResponse drain(ServerProcess member) {
    return ClusterGrpc.newBlockingStub(member.channel())
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .drain(DrainRequest.getDefaultInstance());
  }
}
