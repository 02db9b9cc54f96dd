package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.report.Json;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A command that measures, tells its progress on the error output, and prints one report.
 *
 * @param <R> the report: a record or a list of records
 */
abstract class ReportCommand<R> implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  private CommandSpec command;

  /** Does the work. */
  abstract R measure(Consumer<String> progress) throws InterruptedException;

  abstract Output output();

  /** The report for people. */
  abstract String text(R report);

  /** Called after the report was printed; returns the exit code. */
  int finish(R report, Consumer<String> progress) {
    return 0;
  }

  @Override
  public final Integer call() throws InterruptedException {
    PrintWriter err = command.commandLine().getErr();
    Consumer<String> progress =
        line -> {
          err.println(line);
          err.flush();
        };
    R report = measure(progress);
    command
        .commandLine()
        .getOut()
        .println(output() == Output.JSON ? Json.format(report) : text(report).strip());
    return finish(report, progress);
  }
}
