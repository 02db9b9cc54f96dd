package io.metastore.bench.faults.metastore;

import io.metastore.api.v1.ClientInfo;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.ListClientsRequest;
import io.metastore.api.v1.ListLocksRequest;
import io.metastore.api.v1.Lock;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.bench.faults.testbed.Testbed;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The clients and locks that the cluster knows, asked through reliable connections. */
final class Registry {
  private static final long CALL_TIMEOUT_S = 5;

  private final Testbed testbed;

  Registry(Testbed testbed) {
    this.testbed = testbed;
  }

  /** Whether the cluster knows the client now. */
  boolean isAlive(long client) throws InterruptedException {
    return clients().contains(client);
  }

  /** All clients of the cluster. */
  List<Long> clients() throws InterruptedException {
    return testbed.ask(
        "all clients",
        channel ->
            ClientsGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_TIMEOUT_S, TimeUnit.SECONDS)
                .listClients(ListClientsRequest.getDefaultInstance())
                .getClientsList()
                .stream()
                .map(ClientInfo::getClientId)
                .toList());
  }

  /** All locks that have a place. */
  List<Lock> locks() throws InterruptedException {
    return testbed.ask(
        "all locks",
        channel ->
            LocksGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_TIMEOUT_S, TimeUnit.SECONDS)
                .listLocks(ListLocksRequest.getDefaultInstance())
                .getLocksList());
  }
}
