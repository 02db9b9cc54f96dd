package io.metastore.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.ClusterGrpc;
import io.metastore.etcdapi.etcdserverpb.Member;
import io.metastore.etcdapi.etcdserverpb.MemberRemoveRequest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** etcd's call that removes a member. Also runs against a real etcd. */
class MemberRemoveTest {

  @Test
  void removedMemberEndsAndIsUnknownAfterwards() throws Exception {
    try (ClusterProcesses cluster = ClusterProcesses.three(MemberRemoveTest.class)) {
      ServerProcess leader = cluster.leader();
      ServerProcess removed = cluster.others(leader).get(0);
      ServerProcess other = cluster.others(leader).get(1);
      long id = removed.status().getHeader().getMemberId();

      assertThat(remove(other, id)).extracting(Member::getID).hasSize(2).doesNotContain(id);
      assertThat(removed.awaitExit()).isZero();
      assertThatThrownBy(() -> remove(leader, id))
          .hasMessage("NOT_FOUND: etcdserver: member not found");
      other.awaitReady();
    }
  }

  private static List<Member> remove(ServerProcess asked, long id) {
    return ClusterGrpc.newBlockingStub(asked.channel())
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .memberRemove(MemberRemoveRequest.newBuilder().setID(id).build())
        .getMembersList();
  }
}
