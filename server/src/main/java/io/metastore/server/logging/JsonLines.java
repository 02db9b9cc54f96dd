package io.metastore.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * {@code {"level":"info","ts":"…","caller":"node/Node","msg":"…",…}}: level, time in UTC to the
 * microsecond, the class that speaks with its package, the fixed text, then the line's facts in
 * their order. Numbers and booleans are written as such, all else as text.
 */
public final class JsonLines extends EncoderBase<ILoggingEvent> {
  private static final byte[] NOTHING = {};
  private static final String RATIS = "org.apache.ratis.";

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(256);
    line.append("{\"level\":\"").append(level(event)).append("\",\"ts\":\"");
    appendTime(line, event.getInstant());
    line.append("\",\"caller\":");
    appendText(line, caller(event.getLoggerName()));
    line.append(",\"msg\":");
    appendText(line, event.getFormattedMessage());
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair fact : event.getKeyValuePairs()) {
        line.append(',');
        appendText(line, fact.key);
        line.append(':');
        appendValue(line, fact.value);
      }
    }
    appendThrowable(line, event.getThrowableProxy());
    return line.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }

  private static String level(ILoggingEvent event) {
    Level level = event.getLevel();
    if (level == Level.TRACE) {
      return "debug";
    }
    // Ratis calls it an error when a peer's stream ends, as one does on every clean stop. What is
    // an error for this
    // server is logged by core.raft.
    if (level == Level.ERROR && event.getLoggerName().startsWith(RATIS)) {
      return "warn";
    }
    return level.toString().toLowerCase(Locale.ROOT);
  }

  /** By hand: the first use of a formatter would load some hundred classes. */
  private static void appendTime(StringBuilder line, Instant instant) {
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

  private static String caller(String logger) {
    int simple = logger.lastIndexOf('.');
    int parent = logger.lastIndexOf('.', simple - 1);
    return logger.substring(parent + 1).replace('.', '/');
  }

  private static void appendThrowable(StringBuilder line, @Nullable IThrowableProxy throwable) {
    if (throwable == null) {
      return;
    }
    String message = throwable.getMessage();
    line.append(",\"error\":");
    appendText(line, throwable.getClassName() + (message == null ? "" : ": " + message));
    line.append(",\"stacktrace\":");
    appendText(line, ThrowableProxyUtil.asString(throwable));
  }

  private static void appendValue(StringBuilder line, @Nullable Object value) {
    if (value instanceof Boolean || value instanceof Integer || value instanceof Long) {
      line.append(value);
    } else if (value instanceof Collection<?> values) {
      char separator = '[';
      for (Object element : values) {
        appendValue(line.append(separator), element);
        separator = ',';
      }
      line.append(separator == '[' ? "[]" : "]");
    } else {
      appendText(line, String.valueOf(value));
    }
  }

  private static void appendText(StringBuilder line, String text) {
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
