package io.metastore.cli.acl;

import io.metastore.client.AccessControl;
import picocli.CommandLine.Command;

@Command(name = "disable", description = "Turns access control off.")
final class AclDisableCommand extends RevisionCommand {
  @Override
  long change(AccessControl acl) throws Exception {
    return acl.disable();
  }
}
