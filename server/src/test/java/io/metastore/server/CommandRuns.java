package io.metastore.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.cli.console.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;

/** Runs commands of {@code bin/metastore} in this process. */
final class CommandRuns {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** Runs a command that must end with an exit code; returns its output. */
  String run(int exitCode, String... words) {
    out.reset();
    err.reset();
    Console console = new Console(new ByteArrayInputStream(new byte[0]), out, err);
    assertThat(CommandProcess.run(console, Map.of(), List.of(words)))
        .as(() -> String.join(" ", words) + ": " + errors())
        .isEqualTo(exitCode);
    console.flush();
    return out.toString(UTF_8);
  }

  /** What the last command wrote to standard error. */
  String errors() {
    return err.toString(UTF_8);
  }
}
