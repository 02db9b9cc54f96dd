package io.metastore.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.metastore.server.config.LogConfig;
import io.metastore.server.config.LogConfig.Format;
import io.metastore.server.config.LogConfig.Rotation;
import io.metastore.server.config.LogLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Configures logback in code. An XML file would load a parser at every start, after logback has
 * looked for the file in several places. Until {@link #apply} is called, it logs to standard error
 * at level info, as etcd does.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSetup extends ContextAwareBase implements Configurator {
  /**
   * Log levels of libraries. Their lines are of no use to operators; our own lines report what
   * matters.
   */
  private static final Map<String, Level> LIBRARIES =
      Map.of(
          "org.apache.ratis", Level.ERROR,
          "io.grpc", Level.ERROR,
          "io.netty", Level.ERROR,
          "org.rocksdb", Level.WARN);

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(console(context, Format.JSON, "System.err"));
    LIBRARIES.forEach((name, level) -> context.getLogger(name).setLevel(level));
    bridgeJavaUtilLogging();
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Redirects the log of gRPC, which would otherwise print to standard error in its own format. */
  private static void bridgeJavaUtilLogging() {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.SEVERE);
  }

  /**
   * Applies the settings of the log.
   *
   * @throws IOException if a file cannot be written; nothing is changed then
   */
  public static void apply(LogConfig config) throws IOException {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
    for (String output : config.outputs()) {
      appenders.add(
          switch (output) {
            case LogConfig.STDERR -> console(context, config.format(), "System.err");
            case LogConfig.STDOUT -> console(context, config.format(), "System.out");
            default -> file(context, config.format(), Path.of(output), config.rotation());
          });
    }
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    appenders.forEach(root::addAppender);
    root.setLevel(Level.valueOf(config.level().name()));
    if (config.level() == LogLevel.DEBUG) {
      LIBRARIES.keySet().forEach(name -> context.getLogger(name).setLevel(Level.WARN));
    }
  }

  private static Appender<ILoggingEvent> console(
      LoggerContext context, Format format, String target) {
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setTarget(target);
    return started(appender, context, format);
  }

  private static Appender<ILoggingEvent> file(
      LoggerContext context, Format format, Path path, @Nullable Rotation rotation)
      throws IOException {
    // Checked here, because logback would report an unwritable file only in its internal status.
    Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    if (rotation == null) {
      FileAppender<ILoggingEvent> appender = new FileAppender<>();
      appender.setFile(path.toString());
      return started(appender, context, format);
    }
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setFile(path.toString());
    FileRotation policy = new FileRotation(path, rotation);
    policy.setContext(context);
    policy.setParent(appender);
    policy.start();
    appender.setRollingPolicy(policy);
    appender.setTriggeringPolicy(policy);
    return started(appender, context, format);
  }

  private static Appender<ILoggingEvent> started(
      OutputStreamAppender<ILoggingEvent> appender, LoggerContext context, Format format) {
    Lines encoder = format == Format.JSON ? new JsonLines() : new ConsoleLines();
    encoder.setContext(context);
    encoder.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }
}
