package io.metastore.cli.console;

import com.google.gson.JsonObject;
import io.metastore.client.MetastoreClient;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that calls the servers. {@link Failures} reports the exceptions that it throws. */
public abstract class ClientCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  private CommandSpec spec;

  @Override
  public final Integer call() throws Exception {
    try (MetastoreClient client = settings().connect(endpoints())) {
      return run(client);
    }
  }

  /**
   * Runs the command.
   *
   * @return the exit code of the process, usually an {@link ExitCode}
   */
  protected abstract int run(MetastoreClient client) throws Exception;

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

  protected final List<String> endpoints() {
    return settings().endpoints;
  }

  /** The user to log in as; empty for none. */
  protected final String user() {
    return settings().user;
  }

  /** The password of {@link #user}. */
  protected final String password() throws CommandFailed {
    return settings().password();
  }

  /** Connects another client to a single endpoint. */
  protected final MetastoreClient connect(String endpoint) throws CommandFailed {
    return settings().connect(List.of(endpoint));
  }

  /** A usage error, for invalid combinations of options that picocli cannot check. */
  protected final ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private Settings settings() {
    return (Settings) spec.root().userObject();
  }
}
