package io.metastore.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.MoveLeaderRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.PutResponse;
import io.metastore.etcdapi.v3lockpb.LockGrpc;
import io.metastore.etcdapi.v3lockpb.LockRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The leader is lost, in most cases without any connection breaking, or hands over. */
@EnabledOnOs(OS.LINUX)
class LeaderLossTest {
  private static ClusterProcesses cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = ClusterProcesses.threeLinked(LeaderLossTest.class);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  /**
   * The first write through each member is sent to the lost leader, and its outcome remains
   * unknown. It must not delay later writes until its own timeout.
   */
  @ParameterizedTest
  @EnumSource(Fault.class)
  void writesAndLocksContinueThroughEveryOtherMember(Fault fault) throws Exception {
    ServerProcess lost = cluster.leader();
    try {
      long lostId = lost.status().getLeader();
      List<ServerProcess> others = cluster.others(lost);
      inflict(fault, lost, others.get(0));
      List<ListenableFuture<PutResponse>> first = new ArrayList<>();
      for (ServerProcess other : others) {
        first.add(KVGrpc.newFutureStub(other.channel()).put(newPut()));
      }
      for (ServerProcess other : others) {
        Await.until(
            "another leader",
            () -> other.status().getLeader() != lostId && other.status().getLeader() != 0);
      }
      boolean silent = fault != Fault.KILLED && !fault.isHandOver();
      assumeTrue(
          !silent || first.stream().noneMatch(ListenableFuture::isDone),
          "the election took longer than the first writes may take");
      for (ServerProcess other : others) {
        Await.until("a put", () -> put(other));
      }
      if (silent) {
        assertThat(first).as("first writes").noneMatch(ListenableFuture::isDone);
      }
      for (ServerProcess other : others) {
        Await.until("a lock", () -> lock(other));
      }
    } finally {
      heal(fault, lost);
    }
  }

  /**
   * The followers have an entry, but the leader does not learn that, and mostly stays the leader.
   */
  @RepeatedTest(3)
  void writesContinueAfterRepliesToTheLeaderWereLost() throws Exception {
    ServerProcess leader = cluster.leader();
    Await.until("a put", () -> put(leader));
    cluster.links().holdTo(cluster.members().indexOf(leader));
    ListenableFuture<PutResponse> first = KVGrpc.newFutureStub(leader.channel()).put(newPut());
    // Long enough for the entry to arrive, shorter than an election timeout.
    assertThatThrownBy(() -> first.get(300, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    cluster.links().releaseAndLose();
    for (ServerProcess member : cluster.members()) {
      Await.until("a put", () -> put(member));
    }
  }

  private static boolean put(ServerProcess member) {
    return KVGrpc.newBlockingStub(member.channel())
        .withDeadlineAfter(1, TimeUnit.SECONDS)
        .put(newPut())
        .hasHeader();
  }

  private static void inflict(Fault fault, ServerProcess leader, ServerProcess next)
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
      case TRANSFERRED -> transfer(leader, next);
      case TERMINATED -> leader.terminate();
    }
  }

  private static void heal(Fault fault, ServerProcess leader) throws Exception {
    switch (fault) {
      case KILLED, TERMINATED -> leader.start();
      case TRANSFERRED -> {}
      case STOPPED -> leader.resume();
      case CUT_BOTH_WAYS, CUT_TO_LEADER, CUT_FROM_LEADER -> cluster.links().release();
    }
    cluster.awaitReady();
  }

  private static void transfer(ServerProcess leader, ServerProcess to) {
    MoveLeaderRequest request =
        MoveLeaderRequest.newBuilder().setTargetID(to.status().getHeader().getMemberId()).build();
    MaintenanceGrpc.newBlockingStub(leader.channel())
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .moveLeader(request);
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
