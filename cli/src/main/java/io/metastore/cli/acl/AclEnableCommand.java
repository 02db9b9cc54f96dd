package io.metastore.cli.acl;

import io.metastore.client.AccessControl;
import picocli.CommandLine.Command;

@Command(
    name = "enable",
    description =
        "Turns access control on. This requires a user root that has the role root and a password.")
final class AclEnableCommand extends RevisionCommand {
  @Override
  long change(AccessControl acl) throws Exception {
    return acl.enable();
  }
}
