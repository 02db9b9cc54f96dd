package io.metastore.cli.cluster;

import com.google.gson.JsonObject;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.client.MetastoreClient;
import picocli.CommandLine.Command;

@Command(
    name = "drain",
    description = {
      "Takes a server out of service.",
      "The server given by --endpoints hands over leadership, if it is the leader, and stops."
          + " Prints the ID of the current leader."
    })
public final class DrainCommand extends ClientCommand {
  @Override
  protected int run(MetastoreClient client) throws Exception {
    if (endpoints().size() != 1) {
      throw usage("drain needs exactly one endpoint: the server to stop");
    }
    String leader = Members.id(client.cluster().drain().getLeaderId());
    if (json()) {
      JsonObject line = new JsonObject();
      line.addProperty("leader", leader);
      console().line(line);
    } else {
      console().line("leader " + leader);
    }
    return ExitCode.OK.code();
  }
}
