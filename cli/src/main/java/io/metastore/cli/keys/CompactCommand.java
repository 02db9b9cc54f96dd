package io.metastore.cli.keys;

import io.metastore.api.v1.CompactRequest;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.client.MetastoreClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "compact",
    description = {
      "Discards old revisions to free space.",
      "Revisions before REVISION can no longer be read or watched. Prints the oldest revision that"
          + " can still be read."
    })
public final class CompactCommand extends ClientCommand {
  @Parameters(
      paramLabel = "REVISION",
      arity = "0..1",
      defaultValue = "0",
      description = "The oldest revision to keep (default: the current revision).")
  private long revision;

  @Option(names = "--wait", description = "Wait until the old revisions have been removed.")
  private boolean wait;

  @Override
  protected int run(MetastoreClient client) throws Exception {
    CompactRequest request =
        CompactRequest.newBuilder().setRevision(revision).setWait(wait).build();
    long compacted = client.keyValue().compact(request).getRevision();
    if (json()) {
      console().line(Json.revision(compacted));
    } else {
      console().line("revision " + compacted);
    }
    return ExitCode.OK.code();
  }
}
