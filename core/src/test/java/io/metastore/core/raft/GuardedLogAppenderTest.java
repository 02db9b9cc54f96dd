package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real leaders, and followers that Ratis' own appender would stop sending to. */
class GuardedLogAppenderTest {

  @AfterEach
  void removeFault() {
    CodeInjectionForTesting.remove(GrpcServicesImpl.GRPC_SEND_SERVER_REQUEST);
  }

  @Test
  void failedAppenderIsReplacedAndItsFollowerCatchesUp(@TempDir Path directory) throws Exception {
    try (ToyCluster cluster = new ToyCluster(directory, properties -> {})) {
      int leader = cluster.awaitLeader();
      int follower = (leader + 1) % 3;
      cluster.get(leader).put("before");
      cluster.get(follower).machine().awaitValue("before");
      AtomicInteger faults = new AtomicInteger();
      CodeInjectionForTesting.put(
          GrpcServicesImpl.GRPC_SEND_SERVER_REQUEST,
          (local, remote, arguments) -> {
            if (arguments[0] instanceof AppendEntriesRequestProto append
                && append.getServerRequest().getReplyId().toStringUtf8().equals("n" + follower)
                && faults.getAndIncrement() == 0) {
              throw new OutOfMemoryError("injected");
            }
            return false;
          });

      cluster.get(leader).put("after");

      cluster.get(follower).machine().awaitValue("after");
      assertThat(faults).hasPositiveValue();
    }
  }

  @Test
  void followerThatLostItsLogCatchesUpWithoutNewWrites(@TempDir Path directory) throws Exception {
    try (ToyCluster cluster = new ToyCluster(directory, properties -> {})) {
      int leader = cluster.awaitLeader();
      int follower = (leader + 1) % 3;
      cluster.get(leader).put("a");
      cluster.get(leader).put("b");
      cluster.get(follower).machine().awaitValue("b");
      cluster.stop(follower);
      DurableFiles.deleteTree(cluster.data(follower));

      ToyServer back = cluster.start(follower);

      back.machine().awaitValue("b");
      assertThat(back.machine().values()).containsExactly("a", "b");
    }
  }
}
