package io.metastore.cli.cluster;

import com.google.gson.JsonObject;
import io.metastore.api.v1.StatusResponse;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Table;
import io.metastore.client.MetastoreClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;

@Command(
    name = "status",
    description = {
      "Shows the role, Raft state and database size of each endpoint.",
      "Exits with 3 if an endpoint does not answer."
    })
public final class StatusCommand extends ClientCommand {
  @Override
  protected int run(MetastoreClient unused) throws Exception {
    List<MetastoreClient> clients = new ArrayList<>();
    try {
      Map<String, CompletableFuture<StatusResponse>> answers = new LinkedHashMap<>();
      for (String endpoint : endpoints()) {
        MetastoreClient client = connect(endpoint);
        clients.add(client);
        answers.put(endpoint, client.cluster().statusAsync());
      }
      show(answers);
    } finally {
      clients.forEach(MetastoreClient::close);
    }
    return ExitCode.OK.code();
  }

  private void show(Map<String, CompletableFuture<StatusResponse>> answers)
      throws InterruptedException, CommandFailed {
    Table table =
        new Table(
            "ENDPOINT",
            "NAME",
            "MEMBER",
            "ROLE",
            "TERM",
            "REVISION",
            "COMMITTED",
            "APPLIED",
            "SIZE",
            "IN USE",
            "ZNODES",
            "ZK SESSIONS",
            "VERSION");
    List<String> silent = new ArrayList<>();
    for (Map.Entry<String, CompletableFuture<StatusResponse>> answer : answers.entrySet()) {
      try {
        StatusResponse status = answer.getValue().get();
        if (json()) {
          console().line(json(answer.getKey(), status));
        } else {
          table.row(
              answer.getKey(),
              status.getName(),
              Members.id(status.getMemberId()),
              role(status),
              status.getTerm(),
              status.getRevision(),
              status.getCommittedIndex(),
              status.getAppliedIndex(),
              mebibytes(status.getSizeBytes()),
              mebibytes(status.getSizeInUseBytes()),
              status.getZnodes(),
              status.getZookeeperSessions(),
              status.getVersion());
        }
      } catch (ExecutionException e) {
        silent.add(answer.getKey() + " (" + message(e) + ")");
      }
    }
    if (!json() && silent.size() < answers.size()) {
      table.print(console());
    }
    if (!silent.isEmpty()) {
      throw new CommandFailed(ExitCode.UNREACHABLE, "no answer from " + String.join(", ", silent));
    }
  }

  private static String message(ExecutionException failure) {
    Throwable cause = failure.getCause();
    return String.valueOf(cause == null ? failure : cause.getMessage());
  }

  private static String role(StatusResponse status) {
    if (status.getLeaderId() == 0) {
      return "no leader";
    }
    return status.getLeaderId() == status.getMemberId() ? "leader" : "follower";
  }

  private static String mebibytes(long bytes) {
    return ((bytes + (1 << 20) - 1) >> 20) + "M";
  }

  private static JsonObject json(String endpoint, StatusResponse status) {
    JsonObject json = new JsonObject();
    json.addProperty("endpoint", endpoint);
    json.addProperty("cluster", Members.id(status.getClusterId()));
    json.addProperty("member", Members.id(status.getMemberId()));
    json.addProperty("name", status.getName());
    json.addProperty("version", status.getVersion());
    json.addProperty("leader", Members.id(status.getLeaderId()));
    json.addProperty("term", status.getTerm());
    json.addProperty("revision", status.getRevision());
    json.addProperty("committed_index", status.getCommittedIndex());
    json.addProperty("applied_index", status.getAppliedIndex());
    json.addProperty("size_bytes", status.getSizeBytes());
    json.addProperty("size_in_use_bytes", status.getSizeInUseBytes());
    json.addProperty("znodes", status.getZnodes());
    json.addProperty("zookeeper_sessions", status.getZookeeperSessions());
    return json;
  }
}
