package io.metastore.core.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Operations of tests on the directory of an open database. */
public final class TestDirectories {
  private TestDirectories() {}

  /**
   * Copies the files of an open database: the state after a {@code kill -9} at this moment. Closing
   * the database is no substitute, because RocksDB flushes when it is closed.
   */
  public static void copyAsAfterCrash(Path from, Path to) {
    try {
      Map<String, Long> before;
      do {
        before = sizes(from);
        delete(to);
        Files.createDirectories(to);
        for (String name : before.keySet()) {
          Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        // A background flush may have added or replaced files meanwhile.
      } while (!before.equals(sizes(from)));
    } catch (NoSuchFileException e) {
      copyAsAfterCrash(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a directory and its files, if it exists. */
  public static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted((left, right) -> right.compareTo(left)).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Long> sizes(Path directory) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (!name.equals("LOCK") && !name.startsWith("LOG")) {
          sizes.put(name, Files.size(file));
        }
      }
    }
    return sizes;
  }
}
