package io.metastore.cli;

import io.metastore.cli.console.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "version", description = "Prints the version.")
final class VersionCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  private CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec root = spec.root();
    for (String line : root.version()) {
      ((Commands) root.userObject()).console().line(line);
    }
    return ExitCode.OK.code();
  }
}
