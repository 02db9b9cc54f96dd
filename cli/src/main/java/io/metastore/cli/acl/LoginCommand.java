package io.metastore.cli.acl;

import com.google.gson.JsonObject;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.client.MetastoreClient;
import picocli.CommandLine.Command;

@Command(
    name = "login",
    description = {
      "Logs in as the user given by --user and prints a token.",
      "Commands use the token instead of a password until it expires:",
      "  export METASTORE_TOKEN=\"$$(metastore login --user alice --password-file FILE)\""
    })
public final class LoginCommand extends ClientCommand {
  @Override
  protected int run(MetastoreClient client) throws Exception {
    String user = user();
    if (user.isEmpty()) {
      throw usage("login needs --user");
    }
    String token = client.accessControl().authenticate(user, password());
    if (json()) {
      JsonObject line = new JsonObject();
      line.addProperty("token", token);
      console().line(line);
    } else {
      console().line(token);
    }
    return ExitCode.OK.code();
  }
}
