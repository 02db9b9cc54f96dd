package io.metastore.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingPolicyBase;
import ch.qos.logback.core.rolling.RolloverFailure;
import ch.qos.logback.core.rolling.TriggeringPolicy;
import ch.qos.logback.core.rolling.helper.CompressionMode;
import io.metastore.server.config.LogConfig.Rotation;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Rotates a log file: renames a full one to {@code name-2026-11-29T13-24-22.280.ext}, optionally
 * compresses it to {@code .gz}, and deletes excess and old ones. Names and rules are those of the
 * Go library lumberjack, which etcd uses.
 *
 * <p>Renames on the thread that logs, under the appender's lock; compresses and deletes on a thread
 * of logback.
 */
final class FileRotation extends RollingPolicyBase implements TriggeringPolicy<ILoggingEvent> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss.SSS");

  private static final String GZIPPED = ".gz";
  private static final long MEGABYTE = 1024 * 1024;

  private final Path file;
  private final Rotation rotation;
  private final Clock clock;
  private final String prefix;
  private final String extension;

  FileRotation(Path file, Rotation rotation) {
    this(
        file,
        rotation,
        Clock.system(rotation.localTime() ? ZoneId.systemDefault() : ZoneOffset.UTC));
  }

  FileRotation(Path file, Rotation rotation, Clock clock) {
    this.file = file.toAbsolutePath();
    this.rotation = rotation;
    this.clock = clock;
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    this.prefix = (dot < 0 ? name : name.substring(0, dot)) + "-";
    this.extension = dot < 0 ? "" : name.substring(dot);
  }

  @Override
  public boolean isTriggeringEvent(File activeFile, ILoggingEvent event) {
    return activeFile.length() >= rotation.megabytesMax() * MEGABYTE;
  }

  @Override
  public void start() {
    super.start();
    getContext().getExecutorService().execute(this::tidy);
  }

  @Override
  public void rollover() throws RolloverFailure {
    String time = TIME.format(LocalDateTime.now(clock));
    try {
      Files.move(file, file.resolveSibling(prefix + time + extension));
    } catch (IOException e) {
      throw new RolloverFailure("cannot rotate " + file, e);
    }
    // On another thread, because compressing takes seconds and must not delay logging.
    getContext().getExecutorService().execute(this::tidy);
  }

  /** Deletes and compresses rotated files, including those of earlier processes. */
  private synchronized void tidy() {
    Instant oldest = clock.instant().minus(Duration.ofDays(rotation.daysMax()));
    int newer = 0;
    try {
      for (Map.Entry<Instant, Path> backup : backups().entrySet()) {
        boolean tooMany = rotation.backupsMax() > 0 && newer >= rotation.backupsMax();
        boolean tooOld = rotation.daysMax() > 0 && backup.getKey().isBefore(oldest);
        if (tooMany || tooOld) {
          Files.deleteIfExists(backup.getValue());
        } else if (rotation.compress() && !backup.getValue().toString().endsWith(GZIPPED)) {
          compress(backup.getValue());
        }
        newer++;
      }
    } catch (IOException e) {
      addError("cannot delete or compress rotated files of " + file, e);
    }
  }

  private static void compress(Path backup) throws IOException {
    Path compressed = backup.resolveSibling(backup.getFileName() + GZIPPED);
    try (OutputStream stream = new GZIPOutputStream(Files.newOutputStream(compressed))) {
      Files.copy(backup, stream);
    }
    Files.delete(backup);
  }

  /** The rotated files by time of rotation, newest first. */
  private Map<Instant, Path> backups() throws IOException {
    Map<Instant, Path> backups = new TreeMap<>(Comparator.reverseOrder());
    try (DirectoryStream<Path> siblings = Files.newDirectoryStream(file.getParent())) {
      for (Path sibling : siblings) {
        Instant time = timeOf(sibling.getFileName().toString());
        if (time != null) {
          backups.put(time, sibling);
        }
      }
    }
    return backups;
  }

  /** The time in the name of a rotated file; null for any other file. */
  private @Nullable Instant timeOf(String name) {
    String plain =
        name.endsWith(GZIPPED) ? name.substring(0, name.length() - GZIPPED.length()) : name;
    if (!plain.startsWith(prefix) || !plain.endsWith(extension)) {
      return null;
    }
    int end = plain.length() - extension.length();
    try {
      return LocalDateTime.parse(plain.substring(Math.min(prefix.length(), end), end), TIME)
          .atZone(clock.getZone())
          .toInstant();
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  @Override
  public String getActiveFileName() {
    return file.toString();
  }

  @Override
  public CompressionMode getCompressionMode() {
    return CompressionMode.NONE;
  }
}
