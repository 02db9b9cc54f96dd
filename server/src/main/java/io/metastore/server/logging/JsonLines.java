package io.metastore.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import org.slf4j.event.KeyValuePair;

/**
 * {@code {"level":"info","ts":"…","caller":"node/Node","msg":"…",…}}: level, time in UTC in
 * microseconds, package and class of the caller, the fixed message, then the key-values in their
 * order. Numbers and booleans are written as such, everything else as text.
 */
final class JsonLines extends Lines {

  @Override
  void append(StringBuilder line, ILoggingEvent event) {
    line.append("{\"level\":\"").append(level(event)).append("\",\"ts\":\"");
    appendTime(line, event.getInstant());
    line.append("\",\"caller\":");
    appendText(line, caller(event.getLoggerName()));
    line.append(",\"msg\":");
    appendText(line, event.getFormattedMessage());
    for (KeyValuePair fact : facts(event)) {
      line.append(',');
      appendText(line, fact.key);
      line.append(':');
      appendValue(line, fact.value, ",");
    }
    IThrowableProxy throwable = event.getThrowableProxy();
    if (throwable != null) {
      line.append(",\"error\":");
      appendText(line, error(throwable));
      line.append(",\"stacktrace\":");
      appendText(line, ThrowableProxyUtil.asString(throwable));
    }
    line.append("}\n");
  }
}
