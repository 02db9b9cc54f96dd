package io.metastore.bench;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program's entry point, with a subcommand for each kind of measurement. */
@Command(
    name = "bench",
    description = "Benchmarks for Metastore, etcd and ZooKeeper.",
    mixinStandardHelpOptions = true,
    subcommands = {
      RunCommand.class,
      CompareCommand.class,
      LocksCommand.class,
      RangeMemoryCommand.class,
      FailoverCommand.class,
      FaultsCommand.class,
      ZookeeperCommand.class,
      ZookeeperScaleCommand.class
    })
public final class Main {
  private Main() {}

  /** Runs the program and exits with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .registerConverter(Duration.class, DurationText::parse)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Main::explain);
  }

  /**
   * Expected failures are reported in one line; anything else is a bug and keeps its stack trace.
   */
  private static int explain(
      Exception failure, CommandLine command, CommandLine.ParseResult arguments) throws Exception {
    if (failure instanceof IllegalArgumentException
        || failure instanceof IllegalStateException
        || failure instanceof StatusRuntimeException) {
      command.getErr().println(failure.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
    throw failure;
  }
}
