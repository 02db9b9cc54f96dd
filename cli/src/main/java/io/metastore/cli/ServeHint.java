package io.metastore.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * Makes {@code serve} appear in the help and in completions. Where it is the first word it is the
 * server's own, who reads etcd's flags (docs/adr/0011); here it arrives if it is not.
 */
@Command(
    name = "serve",
    description = {
      "Starts a server.",
      "Must be the first word; its flags are etcd's, see: metastore serve -h"
    })
final class ServeHint implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call()
  private CommandSpec spec;

  @Unmatched private final List<String> flags = new ArrayList<>();

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(),
        "serve must be the first word: metastore serve " + String.join(" ", flags));
  }
}
