package io.metastore.cli.keys;

import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetResponse;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.client.MetastoreClient;
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
    GetResponse answer =
        client
            .keyValue()
            .get(
                GetRequest.newBuilder()
                    .setKey(key)
                    .setRevision(read.revision)
                    .setConsistency(read.consistency.wire)
                    .build());
    if (!answer.hasEntry()) {
      throw new CommandFailed(ExitCode.NO, "no such key: " + key);
    }
    if (json()) {
      console().line(Json.of(answer.getEntry()));
    } else {
      console().bytes(answer.getEntry().getValue().toByteArray());
      if (!noNewline) {
        console().line("");
      }
    }
    return ExitCode.OK.code();
  }
}
