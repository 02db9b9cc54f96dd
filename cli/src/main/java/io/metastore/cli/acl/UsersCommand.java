package io.metastore.cli.acl;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.metastore.api.v1.User;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Table;
import io.metastore.client.MetastoreClient;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "ls", description = "Lists all users and their roles.")
final class UsersCommand extends ClientCommand {
  @Override
  protected int run(MetastoreClient client) throws Exception {
    List<User> users = client.accessControl().listUsers();
    if (json()) {
      users.forEach(user -> console().line(json(user)));
      return ExitCode.OK.code();
    }
    Table table = new Table("USER", "ROLES");
    users.forEach(user -> table.row(user.getName(), String.join(",", user.getRolesList())));
    table.print(console());
    return ExitCode.OK.code();
  }

  private static JsonObject json(User user) {
    JsonObject json = new JsonObject();
    json.addProperty("user", user.getName());
    JsonArray roles = new JsonArray();
    user.getRolesList().forEach(roles::add);
    json.add("roles", roles);
    return json;
  }
}
