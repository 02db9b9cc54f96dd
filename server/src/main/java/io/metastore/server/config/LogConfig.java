package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is logged, where to and how.
 *
 * @param outputs {@link #STDERR}, {@link #STDOUT} and paths of files, which are appended to
 * @param rotation of the one file among the outputs; null to let it grow
 */
public record LogConfig(
    LogLevel level, Format format, List<String> outputs, @Nullable Rotation rotation) {
  public static final String STDERR = "stderr";
  public static final String STDOUT = "stdout";

  /** How a line looks. */
  public enum Format {
    /** One JSON object. */
    JSON,
    /** Columns with tabs between, for people. */
    CONSOLE
  }

  /**
   * When a full file is set aside, and for how long it is kept.
   *
   * @param megabytesMax size after which a file is full
   * @param daysMax how old a file set aside may become; 0 for any age
   * @param backupsMax how many files are kept beside the current one; 0 for all
   * @param localTime whether their names have local time; else UTC
   * @param compress whether they are compressed with gzip
   */
  public record Rotation(
      int megabytesMax, int daysMax, int backupsMax, boolean localTime, boolean compress) {}

  public LogConfig {
    requireNonNull(level, "level");
    requireNonNull(format, "format");
    outputs = List.copyOf(outputs);
  }
}
