package io.metastore.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import org.slf4j.event.KeyValuePair;

/**
 * zap's console format, as etcd logs it: time, level, class and message separated by tabs, then the
 * key-values as JSON with spaces. A stack trace follows on separate lines.
 */
final class ConsoleLines extends Lines {

  @Override
  void append(StringBuilder line, ILoggingEvent event) {
    appendTime(line, event.getInstant());
    line.append('\t').append(level(event));
    line.append('\t').append(caller(event.getLoggerName()));
    line.append('\t').append(event.getFormattedMessage());
    String before = "\t{";
    for (KeyValuePair fact : facts(event)) {
      appendText(line.append(before), fact.key);
      appendValue(line.append(": "), fact.value, ", ");
      before = ", ";
    }
    IThrowableProxy throwable = event.getThrowableProxy();
    if (throwable != null) {
      appendText(line.append(before).append("\"error\": "), error(throwable));
      before = ", ";
    }
    line.append(before.equals(", ") ? "}\n" : "\n");
    if (throwable != null) {
      line.append(ThrowableProxyUtil.asString(throwable));
    }
  }
}
