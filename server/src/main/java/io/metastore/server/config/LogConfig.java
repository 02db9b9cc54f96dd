package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is logged, where, and in which format.
 *
 * @param outputs {@link #STDERR}, {@link #STDOUT} and paths of files, which are appended to
 * @param rotation rotation of the only file among the outputs; null for no rotation
 */
public record LogConfig(
    LogLevel level, Format format, List<String> outputs, @Nullable Rotation rotation) {
  public static final String STDERR = "stderr";
  public static final String STDOUT = "stdout";

  /** The format of a log line. */
  public enum Format {
    /** One JSON object per line. */
    JSON,
    /** Columns separated by tabs, for people. */
    CONSOLE
  }

  /**
   * When a log file is rotated, and how long rotated files are kept.
   *
   * @param megabytesMax size from which on a file is rotated
   * @param daysMax maximum age of rotated files; 0 for no limit
   * @param backupsMax maximum number of rotated files; 0 for no limit
   * @param localTime whether file names contain local time; otherwise UTC
   * @param compress whether rotated files are compressed with gzip
   */
  public record Rotation(
      int megabytesMax, int daysMax, int backupsMax, boolean localTime, boolean compress) {}

  public LogConfig {
    requireNonNull(level, "level");
    requireNonNull(format, "format");
    outputs = List.copyOf(outputs);
  }
}
