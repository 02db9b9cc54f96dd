package io.metastore.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.v1.ClientInfo;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.ListClientsRequest;
import io.metastore.client.MetastoreClient;
import io.metastore.client.Session;
import io.metastore.client.SessionState;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A leader that is paused and, when it resumes, does not know that there is another leader. */
class DeposedLeaderTest {
  private static final int SESSIONS = 40;
  private static final Duration TTL = Duration.ofSeconds(6);

  @Test
  void deposedLeaderEndsNoSessionOfItsSuccessor() throws Exception {
    try (ClusterProcesses cluster = ClusterProcesses.three(DeposedLeaderTest.class)) {
      ServerProcess leader = cluster.leader();
      String[] others =
          cluster.others(leader).stream()
              .map(member -> "127.0.0.1:" + member.clientPort())
              .toArray(String[]::new);
      try (MetastoreClient client = MetastoreClient.builder().endpoints(others).build()) {
        List<Session> sessions = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
          sessions.add(client.newSession(TTL, "s" + i));
        }
        leader.pause();
        long longAgo = System.nanoTime() + 2 * TTL.toNanos();
        try {
          // By the paused leader's clock the sessions have expired; for the other members they live
          // on.
          for (Session session : sessions) {
            Await.until(
                "renewed long after the leader stopped",
                () -> session.deadlineNanos() - longAgo > 0);
          }
        } finally {
          leader.resume();
        }
        leader.awaitReady();
        // Whatever the old leader proposed when it resumed is in the log before this call.
        try (MetastoreClient throughIt =
            MetastoreClient.builder().endpoints("127.0.0.1:" + leader.clientPort()).build()) {
          throughIt.newSession(TTL, "last").close();
        }
        List<Long> alive =
            ClientsGrpc.newBlockingStub(leader.channel())
                .withDeadlineAfter(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .listClients(ListClientsRequest.getDefaultInstance())
                .getClientsList()
                .stream()
                .map(ClientInfo::getClientId)
                .toList();
        assertThat(alive).containsAll(sessions.stream().map(Session::id).toList());
        assertThat(sessions).extracting(Session::state).doesNotContain(SessionState.LOST);
      }
    }
  }
}
