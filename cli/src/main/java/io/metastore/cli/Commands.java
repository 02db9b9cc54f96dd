package io.metastore.cli;

import io.metastore.cli.acl.AclCommand;
import io.metastore.cli.acl.LoginCommand;
import io.metastore.cli.cluster.DrainCommand;
import io.metastore.cli.cluster.MembersCommand;
import io.metastore.cli.cluster.StatusCommand;
import io.metastore.cli.console.Console;
import io.metastore.cli.console.DurationText;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Failures;
import io.metastore.cli.console.Settings;
import io.metastore.cli.console.Transport;
import io.metastore.cli.keys.CompactCommand;
import io.metastore.cli.keys.GetCommand;
import io.metastore.cli.keys.LsCommand;
import io.metastore.cli.keys.PutCommand;
import io.metastore.cli.keys.RmCommand;
import io.metastore.cli.keys.TreeCommand;
import io.metastore.cli.keys.TxnCommand;
import io.metastore.cli.keys.WatchCommand;
import io.metastore.cli.locks.ClientsCommand;
import io.metastore.cli.locks.LockCommand;
import io.metastore.cli.locks.LocksCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The root command of {@code bin/metastore}, with all its subcommands. */
@Command(
    name = "metastore",
    description = "The command line client of Metastore; also starts the server.",
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    footer = {"", "More: docs/cli.md"})
public final class Commands extends Settings {
  /** The commands that connect to servers, in the order of the help text. */
  private static final List<Class<?>> CONNECTING =
      List.of(
          GetCommand.class,
          PutCommand.class,
          LsCommand.class,
          TreeCommand.class,
          RmCommand.class,
          WatchCommand.class,
          TxnCommand.class,
          CompactCommand.class,
          LockCommand.class,
          LocksCommand.class,
          ClientsCommand.class,
          StatusCommand.class,
          MembersCommand.class,
          DrainCommand.class,
          LoginCommand.class,
          AclCommand.class);

  /** The other ones, which come after them. */
  private static final List<Class<?>> LOCAL =
      List.of(CompletionCommand.class, VersionCommand.class, ServeHint.class);

  @Option(names = "--version", versionHelp = true, description = "Prints the version and exits.")
  @SuppressWarnings("UnusedVariable") // picocli reads this field
  private boolean asksForVersion;

  private Commands(Console console, Map<String, String> variables, Transport transport) {
    super(console, variables, transport);
  }

  /**
   * Runs one command.
   *
   * @param variables the environment variables
   * @param version the lines that {@code --version} and {@code version} print
   * @param offline further subcommands, which need no server
   * @return the exit code for the process
   */
  public static int run(
      Console console,
      Map<String, String> variables,
      List<String> version,
      Transport transport,
      List<Class<?>> offline,
      List<String> words) {
    List<Class<?>> all = new ArrayList<>(CONNECTING);
    all.addAll(LOCAL);
    all.addAll(offline);
    List<Class<?>> subcommands = subcommands(all, words);
    if (CONNECTING.containsAll(subcommands)) {
      transport.prepare();
    }
    CommandLine line =
        commandLine(new Commands(console, variables, transport), version, subcommands);
    int exitCode = line.execute(words.toArray(String[]::new));
    console.flush();
    return exitCode;
  }

  private static CommandLine commandLine(
      Commands commands, List<String> version, List<Class<?>> subcommands) {
    Failures failures = new Failures(commands);
    CommandLine line = new CommandLine(commands);
    // No method references to picocli's classes, nor to ours that implement its interfaces: they
    // would keep these classes out of the class data archive (bin/metastore), because JDK 17
    // archives classes of picocli's old format only while nothing links them.
    for (Class<?> subcommand : subcommands) {
      line.addSubcommand(subcommand);
    }
    // These settings apply to the subcommands added so far.
    line.registerConverter(Duration.class, new DurationText())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setAbbreviatedOptionsAllowed(false)
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures)
        .setOut(commands.console().writer());
    line.getCommandSpec().usageMessage().exitCodeList(ExitCode.meanings());
    line.getCommandSpec().version(version.toArray(String[]::new));
    return line;
  }

  /**
   * The subcommands that a command line may run: those whose names are among its words. Building
   * picocli's model of all of them would take a quarter of the time of a short command. Help,
   * completion and command lines that name no command get all of them.
   */
  private static List<Class<?>> subcommands(List<Class<?>> all, List<String> words) {
    List<Class<?>> named = all.stream().filter(command -> words.contains(name(command))).toList();
    boolean wantsAll =
        named.isEmpty()
            || named.contains(CompletionCommand.class)
            || words.contains("-h")
            || words.contains("--help");
    return wantsAll ? all : named;
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }
}
