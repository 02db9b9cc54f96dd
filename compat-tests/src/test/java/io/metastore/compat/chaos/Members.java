package io.metastore.compat.chaos;

import io.metastore.api.v1.ClientInfo;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.ListClientsRequest;
import io.metastore.api.v1.ListLocksRequest;
import io.metastore.api.v1.Lock;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The servers and the links to them: disturbed ones for clients, and reliable ones for the checks.
 */
final class Members {
  private static final long CALL_TIMEOUT_S = 5;

  private final ClusterProcesses cluster;
  private final EventLoop loop;

  /**
   * @param loop forwards the bytes of all disturbed connections
   */
  Members(ClusterProcesses cluster, EventLoop loop) {
    this.cluster = cluster;
    this.loop = loop;
  }

  Links connect() {
    return new Links(loop, cluster.members());
  }

  /** Whether the cluster knows the client now. */
  boolean isAlive(long client) {
    return clients().contains(client);
  }

  /** All clients of the cluster. */
  List<Long> clients() {
    return ask(
        "all clients",
        member ->
            ClientsGrpc.newBlockingStub(member.channel())
                .withDeadlineAfter(CALL_TIMEOUT_S, TimeUnit.SECONDS)
                .listClients(ListClientsRequest.getDefaultInstance())
                .getClientsList()
                .stream()
                .map(ClientInfo::getClientId)
                .toList());
  }

  /** All locks that have a place. */
  List<Lock> locks() {
    return ask(
        "all locks",
        member ->
            LocksGrpc.newBlockingStub(member.channel())
                .withDeadlineAfter(CALL_TIMEOUT_S, TimeUnit.SECONDS)
                .listLocks(ListLocksRequest.getDefaultInstance())
                .getLocksList());
  }

  /** Asks one member after the other until one answers. */
  private <T> T ask(String what, Function<ServerProcess, T> question) {
    List<T> answers = new ArrayList<>();
    int[] next = new int[1];
    Callable<Boolean> asking =
        () -> {
          ServerProcess member = cluster.members().get(next[0]++ % cluster.members().size());
          member.channel().resetConnectBackoff();
          answers.add(question.apply(member));
          return true;
        };
    try {
      Await.until(what, asking);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return answers.get(0);
  }
}
