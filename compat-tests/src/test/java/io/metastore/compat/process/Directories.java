package io.metastore.compat.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Directories of servers. */
final class Directories {
  private Directories() {}

  /** A new one below target, where logs are found after the tests. */
  static Path create(String prefix) throws IOException {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"), "servers");
    Files.createDirectories(parent);
    return Files.createTempDirectory(parent, prefix + "-");
  }

  /** Deletes a directory and all that is in it; one that is not there is fine. */
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
