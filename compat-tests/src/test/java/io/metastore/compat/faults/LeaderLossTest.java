package io.metastore.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.metastore.bench.failover.Fault;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseTimeToLiveRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.PutResponse;
import io.metastore.etcdapi.v3lockpb.LockGrpc;
import io.metastore.etcdapi.v3lockpb.LockRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The leader is lost, in most cases without any connection breaking. */
@EnabledOnOs(OS.LINUX)
class LeaderLossTest {

  /**
   * The first write through each member is sent to the lost leader, and its outcome remains
   * unknown. It must not delay later writes until its own timeout.
   */
  @ParameterizedTest
  @EnumSource(Fault.class)
  void writesAndLocksContinueThroughEveryOtherMember(Fault fault) throws Exception {
    try (ClusterProcesses cluster = ClusterProcesses.threeLinked(LeaderLossTest.class)) {
      ServerProcess lost = cluster.leader();
      long lostId = lost.status().getLeader();
      List<ServerProcess> others = cluster.others(lost);
      inflict(fault, cluster, lost);
      List<ListenableFuture<PutResponse>> first = new ArrayList<>();
      for (ServerProcess other : others) {
        first.add(KVGrpc.newFutureStub(other.channel()).put(newPut()));
      }
      for (ServerProcess other : others) {
        Await.until(
            "another leader",
            () -> other.status().getLeader() != lostId && other.status().getLeader() != 0);
      }
      assumeTrue(
          fault == Fault.KILLED || first.stream().noneMatch(ListenableFuture::isDone),
          "the election took longer than the first writes may take");
      for (ServerProcess other : others) {
        Await.until(
            "a put",
            () ->
                KVGrpc.newBlockingStub(other.channel())
                    .withDeadlineAfter(1, TimeUnit.SECONDS)
                    .put(newPut())
                    .hasHeader());
      }
      if (fault != Fault.KILLED) {
        assertThat(first).as("first writes").noneMatch(ListenableFuture::isDone);
      }
      for (ServerProcess other : others) {
        Await.until("a lock", () -> lock(other));
      }
    }
  }

  private static void inflict(Fault fault, ClusterProcesses cluster, ServerProcess leader)
      throws Exception {
    int number = cluster.members().indexOf(leader);
    switch (fault) {
      case KILLED -> leader.kill();
      case STOPPED -> leader.pause();
      case CUT_BOTH_WAYS -> {
        cluster.links().holdTo(number);
        cluster.links().holdFrom(number);
      }
      case CUT_TO_LEADER -> cluster.links().holdTo(number);
      case CUT_FROM_LEADER -> cluster.links().holdFrom(number);
    }
  }

  private static PutRequest newPut() {
    return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("key")).build();
  }

  /** Whether a new lease is granted, is known, and can be used for a new lock. */
  private static boolean lock(ServerProcess member) {
    LeaseGrpc.LeaseBlockingStub leases =
        LeaseGrpc.newBlockingStub(member.channel()).withDeadlineAfter(5, TimeUnit.SECONDS);
    long lease = leases.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build()).getID();
    long granted =
        leases
            .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build())
            .getGrantedTTL();
    LockRequest lock =
        LockRequest.newBuilder()
            .setName(ByteString.copyFromUtf8("lock-" + lease))
            .setLease(lease)
            .build();
    return granted == 60
        && LockGrpc.newBlockingStub(member.channel())
            .withDeadlineAfter(5, TimeUnit.SECONDS)
            .lock(lock)
            .hasHeader();
  }
}
