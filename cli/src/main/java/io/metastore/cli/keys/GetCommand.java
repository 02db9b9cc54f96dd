package io.metastore.cli.keys;

import io.metastore.api.v1.Entry;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetResponse;
import io.metastore.api.v1.GetZnodeRequest;
import io.metastore.api.v1.GetZnodeResponse;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.client.MetastoreClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "get",
    description = {"Prints the value of a key.", "Exits with 1 if the key does not exist."})
public final class GetCommand extends ClientCommand {
  @Parameters(paramLabel = "KEY", description = "A path, such as /app/config.")
  private String key = "";

  @Mixin private final ReadOptions read = new ReadOptions();

  @Option(
      names = {"-n", "--no-newline"},
      description = "Print the value without a trailing newline.")
  private boolean noNewline;

  @Override
  protected int run(MetastoreClient client) throws Exception {
    Entry entry = read.zookeeper ? findZnode(client) : findKey(client);
    if (entry == null) {
      throw new CommandFailed(ExitCode.NO, "no such key: " + key);
    }
    if (json()) {
      console().line(Json.of(entry));
    } else {
      console().bytes(entry.getValue().toByteArray());
      if (!noNewline) {
        console().line("");
      }
    }
    return ExitCode.OK.code();
  }

  private @Nullable Entry findKey(MetastoreClient client) throws InterruptedException {
    GetResponse answer =
        client
            .keyValue()
            .get(
                GetRequest.newBuilder()
                    .setKey(key)
                    .setRevision(read.revision)
                    .setConsistency(read.consistency.wire)
                    .build());
    return answer.hasEntry() ? answer.getEntry() : null;
  }

  private @Nullable Entry findZnode(MetastoreClient client) throws InterruptedException {
    GetZnodeResponse answer =
        client
            .znodes()
            .get(
                GetZnodeRequest.newBuilder()
                    .setPath(key)
                    .setConsistency(read.consistency.wire)
                    .build());
    return answer.hasZnode() ? ZnodeDirectory.toEntry(answer.getZnode()) : null;
  }
}
