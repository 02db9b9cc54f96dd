package io.metastore.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.cli.Shell.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the completion script in bash. */
final class CompletionTest {
  @TempDir private static Path directory;

  private static Path script;

  @BeforeAll
  static void write() throws Exception {
    Ran completion = new Shell().run("completion", "bash");
    assertThat(completion.exitCode()).as(completion.err()).isZero();
    script = Files.writeString(directory.resolve("completion"), completion.out());
  }

  @Test
  void scriptIsValid() throws Exception {
    assertThat(bash("bash -n " + script)).isEmpty();
  }

  @Test
  void commandsAndTheirOptionsAreCompleted() throws Exception {
    assertThat(complete("metastore l").split("\\s+", -1)).contains("lock", "locks", "login", "ls");
    assertThat(complete("metastore ser")).isEqualTo("serve");
    assertThat(complete("metastore members bo")).isEqualTo("bootstrap");
    assertThat(complete("metastore put --if-a")).isEqualTo("--if-absent");
  }

  /** The completions that bash offers for the last word of a line. */
  private static String complete(String line) throws Exception {
    String[] words = line.split(" ", -1);
    return bash("compopt() { :; }; source "
            + script
            + "; COMP_WORDS=("
            + line
            + "); COMP_CWORD="
            + (words.length - 1)
            + "; COMP_LINE='"
            + line
            + "'; _complete_metastore; echo \"${COMPREPLY[@]}\"")
        .strip();
  }

  private static String bash(String command) throws Exception {
    Process process = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
