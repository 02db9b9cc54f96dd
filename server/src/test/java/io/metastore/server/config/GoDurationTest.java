package io.metastore.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "10m, PT10M",
    "1h30m, PT1H30M",
    "-1.5h, PT-1H-30M",
    "100ms, PT0.1S",
    "2us, PT0.000002S",
    ".5s, PT0.5S",
    "+1s, PT1S"
  })
  void parsesDurationsFormattedByGo(String text, String expected) {
    assertThat(GoDuration.parse(text)).isEqualTo(Duration.parse(expected));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "1 s", "1d", "1h-1m", "9999999999999h"})
  void rejectsEverythingElse(String text) {
    assertThatThrownBy(() -> GoDuration.parse(text)).hasMessage("parse error");
  }
}
