package io.metastore.cli.console;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses durations such as {@code 10s}, {@code 1m30s}, {@code 0.5s} and {@code 2h}. */
public final class DurationText implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    try {
      Duration time = Duration.parse("PT" + text);
      if (!time.isNegative()) {
        return time;
      }
    } catch (DateTimeParseException e) {
      throw notATime(text);
    }
    throw notATime(text);
  }

  /**
   * Formats a duration in whole units, the largest that fits: {@code 0s}, {@code 45s}, {@code 12m},
   * {@code 3h}.
   */
  public static String rough(long ms) {
    long seconds = ms / 1_000;
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 7_200) {
      return seconds / 60 + "m";
    }
    return seconds < 172_800 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
  }

  private static TypeConversionException notATime(String text) {
    return new TypeConversionException("expected a duration like 10s, 1m30s or 0.5s, not: " + text);
  }
}
