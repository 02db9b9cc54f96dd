package io.metastore.cli.acl;

import com.google.gson.JsonObject;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.client.MetastoreClient;
import picocli.CommandLine.Command;

@Command(name = "ls", description = "Lists all roles.")
final class RolesCommand extends ClientCommand {
  @Override
  protected int run(MetastoreClient client) throws Exception {
    for (String role : client.accessControl().listRoles()) {
      if (json()) {
        JsonObject line = new JsonObject();
        line.addProperty("role", role);
        console().line(line);
      } else {
        console().line(role);
      }
    }
    return ExitCode.OK.code();
  }
}
