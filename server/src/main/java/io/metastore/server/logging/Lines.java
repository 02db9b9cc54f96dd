package io.metastore.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import io.metastore.server.config.GoDuration;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/** Encodes log events as lines in UTF-8. */
abstract class Lines extends EncoderBase<ILoggingEvent> {
  private static final byte[] NOTHING = {};
  private static final String RATIS = "org.apache.ratis.";

  /** Appends the event, including the end of the line. */
  abstract void append(StringBuilder line, ILoggingEvent event);

  @Override
  public final byte[] encode(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(256);
    append(line, event);
    return line.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public final byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public final byte[] footerBytes() {
    return NOTHING;
  }

  /** The event's key-values in the order in which they were added. */
  static List<KeyValuePair> facts(ILoggingEvent event) {
    List<KeyValuePair> facts = event.getKeyValuePairs();
    return facts == null ? List.of() : facts;
  }

  /** Class and message of an exception. */
  static String error(IThrowableProxy throwable) {
    String message = throwable.getMessage();
    return throwable.getClassName() + (message == null ? "" : ": " + message);
  }

  static String level(ILoggingEvent event) {
    Level level = event.getLevel();
    if (level == Level.TRACE) {
      return "debug";
    }
    // Ratis logs an error when a peer's stream ends, which happens on every clean stop. Real errors
    // are logged by core.raft.
    if (level == Level.ERROR && event.getLoggerName().startsWith(RATIS)) {
      return "warn";
    }
    return level.toString().toLowerCase(Locale.ROOT);
  }

  /** Formatted by hand, because the first use of a formatter would load about a hundred classes. */
  static void appendTime(StringBuilder line, Instant instant) {
    LocalDateTime time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    appendDigits(line, time.getYear(), 4);
    appendDigits(line.append('-'), time.getMonthValue(), 2);
    appendDigits(line.append('-'), time.getDayOfMonth(), 2);
    appendDigits(line.append('T'), time.getHour(), 2);
    appendDigits(line.append(':'), time.getMinute(), 2);
    appendDigits(line.append(':'), time.getSecond(), 2);
    appendDigits(line.append('.'), time.getNano() / 1000, 6);
    line.append('Z');
  }

  private static void appendDigits(StringBuilder line, int number, int width) {
    String digits = Integer.toString(number);
    line.append("0".repeat(width - digits.length())).append(digits);
  }

  static String caller(String logger) {
    int simple = logger.lastIndexOf('.');
    int parent = logger.lastIndexOf('.', simple - 1);
    return logger.substring(parent + 1).replace('.', '/');
  }

  /**
   * @param separator between the elements of a list
   */
  static void appendValue(StringBuilder line, @Nullable Object value, String separator) {
    if (value instanceof Boolean || value instanceof Integer || value instanceof Long) {
      line.append(value);
    } else if (value instanceof Duration duration) {
      appendText(line, GoDuration.text(duration));
    } else if (value instanceof Collection<?> values) {
      line.append('[');
      String before = "";
      for (Object element : values) {
        appendValue(line.append(before), element, separator);
        before = separator;
      }
      line.append(']');
    } else {
      appendText(line, String.valueOf(value));
    }
  }

  static void appendText(StringBuilder line, String text) {
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> line.append('\\').append(c);
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          if (c < ' ') {
            appendDigits(line.append("\\u"), 0, 2);
            line.append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
          } else {
            line.append(c);
          }
        }
      }
    }
    line.append('"');
  }
}
