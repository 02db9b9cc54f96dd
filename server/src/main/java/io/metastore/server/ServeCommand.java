package io.metastore.server;

import ch.qos.logback.classic.Level;
import io.metastore.server.config.ConfigError;
import io.metastore.server.config.Configuration;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.config.Usage;
import io.metastore.server.config.UsageError;
import io.metastore.server.logging.LogSetup;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the configuration, says what came of it, and starts the member. */
final class ServeCommand {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  private final List<String> arguments;
  private final Map<String, String> variables;

  ServeCommand(List<String> arguments, Map<String, String> variables) {
    this.arguments = List.copyOf(arguments);
    this.variables = Map.copyOf(variables);
  }

  /**
   * Returns only if the member cannot serve; otherwise a signal ends the process.
   *
   * @return the exit code
   */
  int run() {
    ServerConfig config;
    try {
      Configuration configuration = Configuration.read(arguments, variables);
      LogSetup.level(Level.valueOf(configuration.logLevel().name()));
      report(configuration);
      config = configuration.serverConfig();
    } catch (UsageError e) {
      System.err.print(e.getMessage() + "\n" + Usage.text());
      return Main.EXIT_USAGE;
    } catch (ConfigError e) {
      LOG.atError().addKeyValue(e.factName(), e.fact()).log(e.getMessage());
      return Main.EXIT_FAILED;
    }
    return serve(config);
  }

  private void report(Configuration configuration) {
    configuration
        .variablesUsed()
        .forEach(
            (name, value) ->
                LOG.atInfo()
                    .addKeyValue("variable-name", name)
                    .addKeyValue("variable-value", value)
                    .log("recognized and used environment variable"));
    configuration
        .unknownVariables()
        .forEach(
            variable ->
                LOG.atWarn()
                    .addKeyValue("environment-variable", variable)
                    .log("unrecognized environment variable"));
    configuration
        .ignoredFlags()
        .forEach(flag -> LOG.atWarn().addKeyValue("flag", flag).log("flag has no effect here"));
    LOG.atInfo().addKeyValue("args", arguments).log("Running: ");
  }

  private static int serve(ServerConfig config) {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) ->
            LOG.atError()
                .setCause(failure)
                .addKeyValue("thread", thread.getName())
                .log("uncaught exception"));
    try {
      Member member = Member.start(config);
      StopSignals.install(member::close);
      member.serveWhenReady();
      Thread.currentThread().join();
    } catch (IOException | RuntimeException e) {
      LOG.atError().setCause(e).log("failed to serve");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Main.EXIT_FAILED;
  }
}
