package io.metastore.cli.acl;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.metastore.api.v1.Grant;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Table;
import io.metastore.client.MetastoreClient;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "ls",
    description =
        "Lists the grants that apply to a directory: those on the directory itself and on its"
            + " parents.")
final class GrantsCommand extends ClientCommand {
  @Parameters(
      paramLabel = "DIR",
      defaultValue = "/",
      description = "The directory's path (default: ${DEFAULT-VALUE}).")
  private String directory = "";

  @Override
  protected int run(MetastoreClient client) throws Exception {
    List<Grant> grants = client.accessControl().listGrants(directory);
    if (json()) {
      grants.forEach(grant -> console().line(json(grant)));
      return ExitCode.OK.code();
    }
    Table table = new Table("DIRECTORY", "WHO", "RIGHTS");
    for (Grant grant : grants) {
      table.row(
          grant.getDirectory(),
          PrincipalText.of(grant.getPrincipal()),
          String.join(",", rights(grant)));
    }
    table.print(console());
    return ExitCode.OK.code();
  }

  private static List<String> rights(Grant grant) {
    return grant.getRightsList().stream()
        .map(right -> right.name().toLowerCase(Locale.ROOT))
        .toList();
  }

  private static JsonObject json(Grant grant) {
    JsonObject json = new JsonObject();
    json.addProperty("directory", grant.getDirectory());
    json.addProperty("who", PrincipalText.of(grant.getPrincipal()));
    JsonArray rights = new JsonArray();
    rights(grant).forEach(rights::add);
    json.add("rights", rights);
    return json;
  }
}
