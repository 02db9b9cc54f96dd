package io.metastore.cli.console;

import com.google.gson.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that prints to the console. {@link Failures} reports the exceptions that it throws. */
public abstract class ConsoleCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  private CommandSpec spec;

  protected final Console console() {
    return settings().console();
  }

  /** Prints a progress message on standard error, apart from the command's output. */
  protected final void note(String text) {
    if (json()) {
      JsonObject line = new JsonObject();
      line.addProperty("note", text);
      console().note(line.toString());
    } else {
      console().note("metastore: " + text);
    }
  }

  protected final boolean json() {
    return settings().output == OutputForm.JSON;
  }

  /** A usage error, for invalid combinations of options that picocli cannot check. */
  protected final ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** The options that every command accepts. */
  protected final Settings settings() {
    return (Settings) spec.root().userObject();
  }
}
