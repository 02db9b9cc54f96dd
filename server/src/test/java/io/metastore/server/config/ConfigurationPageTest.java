package io.metastore.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * docs/configuration.md is what the table of flags says. To write it anew: {@code mvn -pl server
 * -am -Dtest=ConfigurationPageTest -Dsurefire.failIfNoSpecifiedTests=false -Drewrite=true test}.
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
