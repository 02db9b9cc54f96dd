package io.metastore.bench;

import java.time.Duration;
import java.util.regex.Pattern;

/** Parses durations such as {@code 500ms}, {@code 15s} and {@code 2m}. */
final class DurationText {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,6})(ms|s|m)");

  private DurationText() {}

  /**
   * Parses a duration.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  static Duration parse(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("expected a duration like 500ms, 15s or 2m, not: " + text);
    }
    long amount = Long.parseLong(form.group(1));
    return switch (form.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      default -> Duration.ofMinutes(amount);
    };
  }
}
