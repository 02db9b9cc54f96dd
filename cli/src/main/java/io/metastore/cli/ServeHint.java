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
 * Lists {@code serve} in the help and in completions. The server itself handles {@code serve} as
 * the first word, because its flags are etcd's (docs/adr/0011). This command runs only if {@code
 * serve} comes later, and reports the mistake.
 */
@Command(
    name = "serve",
    description = {
      "Starts a server.",
      "The word serve must come first, followed by etcd's flags. List them with: metastore serve -h"
    })
final class ServeHint implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  private CommandSpec spec;

  @Unmatched private final List<String> flags = new ArrayList<>();

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(),
        "serve must be the first word: metastore serve " + String.join(" ", flags));
  }
}
