package io.metastore.cli.acl;

import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.client.AccessControl;
import io.metastore.client.MetastoreClient;

/** A command that makes one change and prints the revision of that change. */
abstract class RevisionCommand extends ClientCommand {
  @Override
  protected final int run(MetastoreClient client) throws Exception {
    long revision = change(client.accessControl());
    if (json()) {
      console().line(Json.revision(revision));
    } else {
      console().line("revision " + revision);
    }
    return ExitCode.OK.code();
  }

  /** Makes the change and returns its revision. */
  abstract long change(AccessControl acl) throws Exception;
}
