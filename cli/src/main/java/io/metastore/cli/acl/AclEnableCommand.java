package io.metastore.cli.acl;

import io.metastore.client.AccessControl;
import picocli.CommandLine.Command;

@Command(
    name = "enable",
    description =
        "Switches access control on. First make a user root with the role root and a password.")
final class AclEnableCommand extends RevisionCommand {
  @Override
  long change(AccessControl acl) throws Exception {
    return acl.enable();
  }
}
