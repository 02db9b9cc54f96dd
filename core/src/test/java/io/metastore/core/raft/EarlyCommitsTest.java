package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.util.TimeDuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member that has an entry on disk and learns of its commit by other means than Raft's messages.
 */
class EarlyCommitsTest {

  @Test
  void anEntryIsCommittedByInformationFromItsOwnTermOnly(@TempDir Path directory) throws Exception {
    // Long enough for the leader to propose before it steps down, after the others were stopped.
    TimeDuration patience = TimeDuration.valueOf(3, TimeUnit.SECONDS);
    try (ToyCluster cluster =
        new ToyCluster(
            directory,
            properties -> RaftServerConfigKeys.Rpc.setTimeoutMax(properties, patience))) {
      int number = cluster.awaitLeader();
      ToyServer member = cluster.get(number);
      member.put("committed");
      cluster.stop((number + 1) % 3);
      cluster.stop((number + 2) % 3);
      member.propose("nobody else has it");
      RaftServer.Division division = member.division();
      TermIndex last = division.getRaftLog().getLastEntryTermIndex();
      // Without the others, it stops leading.
      member.machine().await(() -> !division.getInfo().isLeader(), "the end of its term");
      long before = division.getRaftLog().getLastCommittedIndex();
      assertThat(before).isLessThan(last.getIndex());

      new EarlyCommits().learn(division, last.getTerm() - 1, last.getIndex());
      new EarlyCommits().learn(division, last.getTerm() + 1, last.getIndex());
      assertThat(division.getRaftLog().getLastCommittedIndex()).isEqualTo(before);

      // A later entry of the same term, which this member does not have: the entries it has are
      // committed too.
      new EarlyCommits().learn(division, last.getTerm(), last.getIndex() + 1);
      member.machine().awaitValue("nobody else has it");
      assertThat(member.machine().values()).containsExactly("committed", "nobody else has it");
    }
  }
}
