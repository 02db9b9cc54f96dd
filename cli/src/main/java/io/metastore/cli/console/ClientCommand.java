package io.metastore.cli.console;

import io.metastore.client.MetastoreClient;
import java.util.List;

/** A command that calls the servers. {@link Failures} reports the exceptions that it throws. */
public abstract class ClientCommand extends ConsoleCommand {
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
}
