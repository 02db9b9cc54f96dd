package io.metastore.cli.locks;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.metastore.api.v1.ListLocksRequest;
import io.metastore.api.v1.ListLocksResponse;
import io.metastore.api.v1.Lock;
import io.metastore.api.v1.Place;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.DurationText;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.cli.console.Table;
import io.metastore.client.Locks;
import io.metastore.client.MetastoreClient;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "locks",
    description = {
      "Lists all locks that are held or waited for, or the queue of one lock.",
      "Exits with 1 if LOCK is neither held nor waited for."
    })
public final class LocksCommand extends ClientCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "LOCK",
      description = "The lock's path (default: list all locks).")
  private String lock = "";

  @Option(
      names = "--below",
      paramLabel = "DIR",
      description = "List only locks below this directory.")
  private String directory = "";

  @Override
  protected int run(MetastoreClient client) throws Exception {
    if (lock.isEmpty()) {
      showAll(client.locks());
    } else {
      showQueue(client.locks());
    }
    return ExitCode.OK.code();
  }

  private void showAll(Locks locks) throws InterruptedException {
    ListLocksRequest.Builder request = ListLocksRequest.newBuilder().setDirectory(directory);
    do {
      ListLocksResponse page = locks.list(request.build());
      if (json()) {
        page.getLocksList().forEach(one -> console().line(json(one)));
      } else {
        showPage(page.getLocksList());
      }
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty() && console().flush());
  }

  private void showPage(List<Lock> page) {
    Table table = new Table("LOCK", "MODE", "AGE", "WAITING", "HELD BY");
    for (Lock one : page) {
      table.row(
          one.getName(),
          one.getHoldersCount() == 0 ? "-" : mode(one.getHolders(0)),
          one.getHoldersCount() == 0 ? "-" : DurationText.rough(one.getHolders(0).getAgeMs()),
          one.getWaiters(),
          one.getHoldersList().stream().map(LocksCommand::who).collect(Collectors.joining(", ")));
    }
    table.print(console());
  }

  private void showQueue(Locks locks) throws InterruptedException, CommandFailed {
    List<Place> queue = locks.query(lock).getPlacesList();
    if (queue.isEmpty()) {
      throw new CommandFailed(ExitCode.NO, "nobody holds or waits for " + lock);
    }
    if (json()) {
      queue.forEach(place -> console().line(json(place)));
      return;
    }
    Table table = new Table("STATE", "MODE", "TOKEN", "AGE", "CLIENT", "LABEL");
    for (Place place : queue) {
      table.row(
          place.getState().name().toLowerCase(Locale.ROOT),
          mode(place),
          place.getToken(),
          DurationText.rough(place.getAgeMs()),
          Json.clientId(place.getClientId()),
          place.getLabel());
    }
    table.print(console());
  }

  private static String mode(Place place) {
    return place.getMode().name().toLowerCase(Locale.ROOT);
  }

  private static String who(Place place) {
    return place.getLabel().isEmpty() ? Json.clientId(place.getClientId()) : place.getLabel();
  }

  private static JsonObject json(Lock lock) {
    JsonObject json = new JsonObject();
    json.addProperty("lock", lock.getName());
    json.addProperty("waiters", lock.getWaiters());
    JsonArray holders = new JsonArray();
    lock.getHoldersList().forEach(place -> holders.add(json(place)));
    json.add("holders", holders);
    return json;
  }

  private static JsonObject json(Place place) {
    JsonObject json = new JsonObject();
    json.addProperty("state", place.getState().name().toLowerCase(Locale.ROOT));
    json.addProperty("mode", mode(place));
    json.addProperty("token", place.getToken());
    json.addProperty("client", Json.clientId(place.getClientId()));
    json.addProperty("label", place.getLabel());
    json.addProperty("age_ms", place.getAgeMs());
    return json;
  }
}
