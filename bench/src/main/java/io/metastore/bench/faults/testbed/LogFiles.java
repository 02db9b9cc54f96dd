package io.metastore.bench.faults.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The segments of a member's Raft log: {@code log_FIRST-LAST} and {@code log_inprogress_FIRST}. */
final class LogFiles {
  private static final Pattern SEGMENT = Pattern.compile("log_(inprogress_)?(\\d+)(-\\d+)?");

  private LogFiles() {}

  /** The segments to which entries are still added: one, or none. */
  static List<Path> open(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("log_inprogress_"))
          .toList();
    }
  }

  /**
   * The index of the first entry that has not been deleted; empty if there is no log, or if a
   * running member deleted a file meanwhile.
   */
  static OptionalLong first(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files
          .map(file -> SEGMENT.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .mapToLong(segment -> Long.parseLong(segment.group(2)))
          .min();
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof NoSuchFileException) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }
}
