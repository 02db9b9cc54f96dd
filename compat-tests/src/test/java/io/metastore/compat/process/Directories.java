package io.metastore.compat.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The servers' directories. */
final class Directories {
  private Directories() {}

  /** Creates a new directory below target, where the logs can be found after the tests. */
  static Path create(String prefix) throws IOException {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"), "servers");
    Files.createDirectories(parent);
    return Files.createTempDirectory(parent, prefix + "-");
  }

  /** Deletes a directory and its contents, if it exists. */
  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> found = Files.walk(directory)) {
      deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
