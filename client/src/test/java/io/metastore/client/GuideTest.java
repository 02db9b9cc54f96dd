package io.metastore.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Checks that docs/guide.md contains the code that is compiled here. */
final class GuideTest {
  @Test
  void guideContainsTheCompiledCode() throws Exception {
    String source =
        Files.readString(Path.of("src/test/java/io/metastore/client/ConfigWatcher.java"));
    String code =
        source
            .substring(
                source.indexOf('\n', source.indexOf("// guide: begin")) + 1,
                source.indexOf("// guide: end"))
            .stripTrailing()
            .stripIndent();
    assertThat(Files.readString(Path.of("../docs/guide.md")))
        .contains("```java\n" + code + "\n```");
  }
}
