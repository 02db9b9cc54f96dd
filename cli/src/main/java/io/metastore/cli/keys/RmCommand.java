package io.metastore.cli.keys;

import com.google.gson.JsonObject;
import io.metastore.api.v1.DeleteRequest;
import io.metastore.api.v1.DeleteResponse;
import io.metastore.api.v1.DeleteTreeRequest;
import io.metastore.api.v1.DeleteTreeResponse;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.client.KeyValue;
import io.metastore.client.MetastoreClient;
import io.metastore.client.MetastoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "rm",
    description = {
      "Deletes a key or a tree of keys.",
      "Prints how many keys were deleted. Exits with 1 if there were none or a condition does not"
          + " hold."
    })
public final class RmCommand extends ClientCommand {
  @Parameters(paramLabel = "KEY", description = "The key's path.")
  private String key = "";

  @Option(
      names = {"-r", "--recursive"},
      description = "Delete the key and all keys below it, atomically.")
  private boolean recursive;

  @Mixin private final WriteConditions conditions = new WriteConditions();

  @Override
  protected int run(MetastoreClient client) throws Exception {
    Deleted done;
    try {
      done = recursive ? deleteTree(client.keyValue()) : delete(client.keyValue());
    } catch (MetastoreException e) {
      throw conditions.explained(e, key);
    }
    if (done.keys == 0) {
      throw new CommandFailed(ExitCode.NO, "no such key: " + key);
    }
    if (json()) {
      JsonObject line = Json.revision(done.revision);
      line.addProperty("deleted", done.keys);
      console().line(line);
    } else {
      console().line("deleted " + done.keys);
    }
    return ExitCode.OK.code();
  }

  private Deleted deleteTree(KeyValue keyValue) throws InterruptedException {
    DeleteTreeResponse answer =
        keyValue.deleteTree(
            DeleteTreeRequest.newBuilder()
                .setPath(key)
                .addAllConditions(conditions.of(key))
                .build());
    return new Deleted(answer.getRevision(), answer.getDeletedKeys());
  }

  private Deleted delete(KeyValue keyValue) throws InterruptedException {
    DeleteResponse answer =
        keyValue.delete(
            DeleteRequest.newBuilder().setKey(key).addAllConditions(conditions.of(key)).build());
    return new Deleted(answer.getRevision(), answer.getDeleted() ? 1 : 0);
  }

  /** The result of a delete. */
  private record Deleted(long revision, long keys) {}
}
