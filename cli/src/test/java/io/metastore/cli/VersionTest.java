package io.metastore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.cli.Shell.Ran;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VersionTest {
  @ParameterizedTest
  @ValueSource(strings = {"version", "--version"})
  void versionIsPrintedWithoutAServer(String word) {
    Ran ran = new Shell("--endpoints", "127.0.0.1:1").run(word);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.lines()).isEqualTo(Shell.VERSION);
  }
}
