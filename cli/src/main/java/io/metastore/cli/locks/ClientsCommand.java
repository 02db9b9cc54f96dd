package io.metastore.cli.locks;

import com.google.gson.JsonObject;
import io.metastore.api.v1.ClientInfo;
import io.metastore.api.v1.ListClientsRequest;
import io.metastore.api.v1.ListClientsResponse;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.DurationText;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.cli.console.Table;
import io.metastore.client.MetastoreClient;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
    name = "clients",
    description = {
      "Lists all clients (sessions).",
      "A client owns locks and ephemeral keys, which are deleted when the client ends."
    })
public final class ClientsCommand extends ClientCommand {
  @Override
  protected int run(MetastoreClient client) throws Exception {
    ListClientsRequest.Builder request = ListClientsRequest.newBuilder();
    do {
      ListClientsResponse page = client.listClients(request.build());
      show(page.getClientsList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty() && console().flush());
    return ExitCode.OK.code();
  }

  private void show(List<ClientInfo> clients) {
    if (json()) {
      clients.forEach(one -> console().line(json(one)));
      return;
    }
    Table table = new Table("CLIENT", "TTL", "REMAINING", "LABEL");
    for (ClientInfo one : clients) {
      table.row(
          Json.clientId(one.getClientId()),
          DurationText.rough(one.getTtlMs()),
          one.getRemainingMs() < 0 ? "unknown" : DurationText.rough(one.getRemainingMs()),
          one.getLabel());
    }
    table.print(console());
  }

  private static JsonObject json(ClientInfo client) {
    JsonObject json = new JsonObject();
    json.addProperty("client", Json.clientId(client.getClientId()));
    json.addProperty("label", client.getLabel());
    json.addProperty("ttl_ms", client.getTtlMs());
    if (client.getRemainingMs() >= 0) {
      json.addProperty("remaining_ms", client.getRemainingMs());
    }
    return json;
  }
}
