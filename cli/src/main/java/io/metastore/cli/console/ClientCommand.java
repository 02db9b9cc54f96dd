package io.metastore.cli.console;

import com.google.gson.JsonObject;
import io.metastore.client.MetastoreClient;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that asks the servers. What it throws is shown by {@link Failures}. */
public abstract class ClientCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call()
  private CommandSpec spec;

  @Override
  public final Integer call() throws Exception {
    try (MetastoreClient client = settings().connect(endpoints())) {
      return run(client);
    }
  }

  /**
   * Does the work.
   *
   * @return what the process is to end with; in general an {@link ExitCode}
   */
  protected abstract int run(MetastoreClient client) throws Exception;

  protected final Console console() {
    return settings().console();
  }

  /** Says on standard error what goes on, which is not part of the answer. */
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

  /** As whom to call; empty for nobody. */
  protected final String user() {
    return settings().user;
  }

  /** Of the {@link #user}. */
  protected final String password() throws CommandFailed {
    return settings().password();
  }

  /** Another client, of one endpoint only. */
  protected final MetastoreClient connect(String endpoint) throws CommandFailed {
    return settings().connect(List.of(endpoint));
  }

  /** What to throw if the words do not go together in a way that picocli cannot see. */
  protected final ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private Settings settings() {
    return (Settings) spec.root().userObject();
  }
}
