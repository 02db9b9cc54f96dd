package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.command.ChangeMembersReply;
import io.metastore.core.raft.RaftMember;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final RaftMember LEADER = new RaftMember(1, "http://127.0.0.1:1");
  private static final RaftMember SILENT = new RaftMember(2, "http://127.0.0.1:2");

  private final List<RaftMember> asked = new ArrayList<>();
  private boolean admitted;

  @Test
  void silentMemberKeepsNobodyFromBeingAskedAgain() {
    Admission admission = new Admission(List.of(LEADER, SILENT), () -> admitted, this::ask);
    admission.look();
    assertThat(asked).containsExactly(LEADER, SILENT);
    admission.look();
    assertThat(asked).containsExactly(LEADER, SILENT, LEADER);
    admitted = true;
    admission.look();
    assertThat(asked).hasSize(3);
  }

  private CompletableFuture<ChangeMembersReply> ask(RaftMember member) {
    asked.add(member);
    return member.equals(SILENT)
        ? new CompletableFuture<>()
        : CompletableFuture.completedFuture(
            ChangeMembersReply.newBuilder()
                .setStatus(ChangeMembersReply.Status.REFUSED)
                .setWhy("not yet")
                .build());
  }
}
