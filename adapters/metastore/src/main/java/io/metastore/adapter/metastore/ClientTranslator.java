package io.metastore.adapter.metastore;

import io.metastore.api.v1.ClientInfo;
import io.metastore.api.v1.CloseClientRequest;
import io.metastore.api.v1.CloseClientResponse;
import io.metastore.api.v1.KeepAliveResponse;
import io.metastore.api.v1.ListClientsResponse;
import io.metastore.api.v1.NewClientRequest;
import io.metastore.api.v1.NewClientResponse;
import io.metastore.core.api.ClientView;
import io.metastore.core.api.LeaseStatus;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.NewClient;
import io.metastore.core.command.RevokeLease;
import java.util.List;

/** Translates the calls about clients. */
final class ClientTranslator {
  private static final long TTL_DEFAULT = 10;

  /** Stands for the remaining seconds if the leader could not be asked. */
  private static final long NOT_ASKED = Long.MIN_VALUE;

  private ClientTranslator() {}

  /**
   * @param ttlMin the minimum TTL in seconds; smaller requests are raised to it
   */
  static Command toCommand(NewClientRequest request, long ttlMin) {
    long ttlMs = Limits.notNegative("ttl_ms", request.getTtlMs());
    long ttl = ttlMs == 0 ? TTL_DEFAULT : Limits.toSeconds(ttlMs);
    Limits.checkText("label", request.getLabel());
    return Command.newBuilder()
        .setNewClient(
            NewClient.newBuilder().setTtl(Math.max(ttl, ttlMin)).setLabel(request.getLabel()))
        .build();
  }

  static NewClientResponse toNew(Outcome outcome) {
    Outcome.LeaseGranted granted = (Outcome.LeaseGranted) outcome;
    return NewClientResponse.newBuilder()
        .setRevision(granted.revision())
        .setClientId(granted.id())
        .setTtlMs(Limits.toMillis(granted.ttl()))
        .build();
  }

  /**
   * @param ttl in seconds; 0 if the client does not exist
   */
  static KeepAliveResponse toKeptAlive(long id, long ttl) {
    return KeepAliveResponse.newBuilder()
        .setClientId(id)
        .setRemainingMs(Limits.toMillis(ttl))
        .setLost(ttl == 0)
        .build();
  }

  static Command toCommand(CloseClientRequest request) {
    return Command.newBuilder()
        .setRevokeLease(
            RevokeLease.newBuilder().setId(Limits.positive("client_id", request.getClientId())))
        .build();
  }

  static CloseClientResponse toClosed(Outcome outcome) {
    Outcome.LeaseRevoked revoked = (Outcome.LeaseRevoked) outcome;
    return CloseClientResponse.newBuilder()
        .setRevision(revoked.revision())
        .setDeletedKeys(revoked.deletedKeys())
        .build();
  }

  /** Stands for the leader's answer about a client if it could not be asked. */
  static LeaseStatus notAsked(ClientView client) {
    return new LeaseStatus(client.id(), client.ttl(), NOT_ASKED, List.of());
  }

  /**
   * @param statuses of the clients on the page
   */
  static ListClientsResponse toPage(ClientsPage.Found page, List<LeaseStatus> statuses) {
    ListClientsResponse.Builder reply =
        ListClientsResponse.newBuilder()
            .setRevision(page.revision())
            .setNextPageToken(page.nextPageToken());
    for (int i = 0; i < statuses.size(); i++) {
      LeaseStatus status = statuses.get(i);
      boolean asked = status.remainingTtl() != NOT_ASKED;
      if (asked && !status.exists()) {
        continue;
      }
      reply.addClients(
          ClientInfo.newBuilder()
              .setClientId(page.clients().get(i).id())
              .setLabel(page.clients().get(i).label())
              .setTtlMs(Limits.toMillis(page.clients().get(i).ttl()))
              .setRemainingMs(asked ? Limits.toMillis(status.remainingTtl()) : -1));
    }
    return reply.build();
  }
}
