package io.metastore.cli;

import io.metastore.cli.console.ExitCode;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "completion",
    description = {
      "Prints a shell completion script.",
      "Load it with: source <(metastore completion bash)"
    })
final class CompletionCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "The shell: ${COMPLETION-CANDIDATES}.")
  @SuppressWarnings("UnusedVariable") // picocli rejects other shells; both use the same script
  private Shell shell = Shell.BASH;

  /** The supported shells. Both use the same script. */
  enum Shell {
    BASH,
    ZSH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() {
    CommandSpec root = spec.root();
    ((Commands) root.userObject())
        .console()
        .line(AutoComplete.bash(root.name(), root.commandLine()));
    return ExitCode.OK.code();
  }
}
