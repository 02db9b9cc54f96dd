package io.metastore.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the text files of {@code src/test/resources/scenarios}; their README explains the language.
 * With {@code -Dscenarios.rewrite=true} the machine's answers are written into the files.
 */
class ScenarioTest {
  private static final Path FILES =
      Path.of(System.getProperty("basedir", "."), "src/test/resources/scenarios");

  @RegisterExtension final Machines machines = new Machines();

  static List<String> scenarios() throws IOException {
    try (Stream<Path> files = Files.list(FILES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".txt"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void theMachineAnswersAsWritten(String name) throws IOException {
    Path file = FILES.resolve(name);
    String written = Files.readString(file);
    String answered = replay(written);
    if (Boolean.getBoolean("scenarios.rewrite")) {
      Files.writeString(file, answered);
    } else {
      assertThat(answered).isEqualTo(written);
    }
  }

  /** The expected content of the file: every command followed by the machine's answer. */
  private String replay(String written) {
    Scenario scenario = new Scenario(machines);
    StringBuilder answered = new StringBuilder();
    StringBuilder command = new StringBuilder();
    boolean inAnswer = false;
    for (String line : written.split("\n", -1)) {
      if (line.startsWith("----")) {
        answered.append(answer(scenario, command.toString()));
        command.setLength(0);
        inAnswer = true;
      } else if (line.isBlank() || (!inAnswer && line.startsWith("#"))) {
        if (line.isBlank() && !command.isEmpty()) { // a new command without an answer
          answered.append(answer(scenario, command.toString()));
          command.setLength(0);
        }
        inAnswer = false;
        answered.append(line).append('\n');
      } else if (!inAnswer) {
        answered.append(line).append('\n');
        command.append(line).append('\n');
      }
    }
    answered.setLength(answered.length() - 1);
    return answered.toString();
  }

  private static String answer(Scenario scenario, String command) {
    try {
      return "---- " + scenario.run(command).strip() + "\n";
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("cannot run: " + command, e);
    }
  }
}
