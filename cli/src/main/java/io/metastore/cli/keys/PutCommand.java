package io.metastore.cli.keys;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.PutRequest;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.client.Conditions;
import io.metastore.client.MetastoreClient;
import io.metastore.client.MetastoreException;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "put",
    description = {
      "Writes a key.",
      "Prints the revision of the write. Exits with 1 if a condition does not hold."
    })
public final class PutCommand extends ClientCommand {
  /** Larger than any request that a server accepts, and small enough for this process's heap. */
  private static final int VALUE_BYTES_MAX = 16 << 20;

  @Parameters(index = "0", paramLabel = "KEY", description = "A path, such as /app/config.")
  private String key = "";

  @Parameters(
      index = "1",
      paramLabel = "VALUE",
      description = "The value, or - to read it from standard input.")
  private String value = "";

  @Option(names = "--if-absent", description = "Write only if the key does not exist.")
  private boolean ifAbsent;

  @Mixin private final WriteConditions conditions = new WriteConditions();

  @Override
  protected int run(MetastoreClient client) throws Exception {
    PutRequest.Builder request =
        PutRequest.newBuilder()
            .setKey(key)
            .setValue(value.equals("-") ? standardInput() : ByteString.copyFromUtf8(value))
            .addAllConditions(conditions.of(key));
    if (ifAbsent) {
      request.addConditions(Conditions.absent(key));
    }
    long revision;
    try {
      revision = client.keyValue().put(request.build()).getRevision();
    } catch (MetastoreException e) {
      throw conditions.explained(e, key);
    }
    if (json()) {
      console().line(Json.revision(revision));
    } else {
      console().line("revision " + revision);
    }
    return ExitCode.OK.code();
  }

  private ByteString standardInput() throws IOException, CommandFailed {
    byte[] bytes = console().in().readNBytes(VALUE_BYTES_MAX + 1);
    if (bytes.length > VALUE_BYTES_MAX) {
      throw new CommandFailed(
          ExitCode.REFUSED, "standard input is larger than " + VALUE_BYTES_MAX + " bytes");
    }
    return ByteString.copyFrom(bytes);
  }
}
