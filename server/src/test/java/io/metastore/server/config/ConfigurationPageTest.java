package io.metastore.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Checks that docs/configuration.md matches the table of flags. To regenerate it: {@code mvn -pl
 * server -am -Dtest=ConfigurationPageTest -Dsurefire.failIfNoSpecifiedTests=false -Drewrite=true
 * test}.
 */
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");

  @Test
  void pageEqualsTheTableOfFlags() throws Exception {
    if (Boolean.getBoolean("rewrite")) {
      Files.writeString(PAGE, ConfigurationPage.text());
    }
    assertThat(Files.readString(PAGE)).isEqualTo(ConfigurationPage.text());
  }
}
