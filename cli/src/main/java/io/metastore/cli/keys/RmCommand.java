package io.metastore.cli.keys;

import io.metastore.api.v1.DeleteRequest;
import io.metastore.api.v1.DeleteResponse;
import io.metastore.api.v1.DeleteTreeRequest;
import io.metastore.api.v1.DeleteTreeResponse;
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
    name = "rm",
    description =
        "Deletes a key, and prints how many it were. Ends with 1 if there was none or a condition does not hold.")
public final class RmCommand extends ClientCommand {
  @Parameters(paramLabel = "KEY", description = "A path.")
  private String key = "";

  @Option(
      names = {"-r", "--recursive"},
      description = "The key and all keys below it, in one step.")
  private boolean recursive;

  @Mixin private final WriteConditions conditions = new WriteConditions();

  @Override
  protected int run(MetastoreClient client) throws Exception {
    long revision;
    long deleted;
    if (recursive) {
      DeleteTreeResponse answer =
          client
              .keyValue()
              .deleteTree(
                  DeleteTreeRequest.newBuilder()
                      .setPath(key)
                      .addAllConditions(conditions.of(key))
                      .build());
      revision = answer.getRevision();
      deleted = answer.getDeletedKeys();
    } else {
      DeleteResponse answer =
          client
              .keyValue()
              .delete(
                  DeleteRequest.newBuilder()
                      .setKey(key)
                      .addAllConditions(conditions.of(key))
                      .build());
      revision = answer.getRevision();
      deleted = answer.getDeleted() ? 1 : 0;
    }
    if (deleted == 0) {
      throw new CommandFailed(ExitCode.NO, "no such key: " + key);
    }
    show(revision, deleted);
    return ExitCode.OK.code();
  }

  private void show(long revision, long deleted) {
    if (json()) {
      var answer = Json.revision(revision);
      answer.addProperty("deleted", deleted);
      console().line(answer);
    } else {
      console().line("deleted " + deleted);
    }
  }
}
