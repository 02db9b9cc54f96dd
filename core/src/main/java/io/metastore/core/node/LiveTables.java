package io.metastore.core.node;

import io.metastore.core.machine.StoreMachine;
import io.metastore.core.machine.StoreState;
import io.metastore.core.raft.DurableFiles;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of the live tables. Each generation has a subdirectory {@code <generation>/}; the
 * highest complete one is in use. Installing a snapshot from the leader creates a new generation.
 * The old one is deleted when its last reader closes it, or at the next start.
 *
 * <p>Called by the apply thread, or before that thread starts.
 */
final class LiveTables {
  private static final Logger LOG = LoggerFactory.getLogger(LiveTables.class);
  private static final String PARTIAL = ".partial";

  private final Path directory;
  private final StorageOptions options;
  private final long responseBytesMax;
  private long generation;

  LiveTables(Path dataDirectory, StorageOptions options, long responseBytesMax) {
    this.directory = directory(dataDirectory);
    this.options = options;
    this.responseBytesMax = responseBytesMax;
  }

  /** The directory of all generations of a member. */
  static Path directory(Path dataDirectory) {
    return dataDirectory.resolve("db");
  }

  /** Whether a member has a complete generation of tables. */
  static boolean exist(Path dataDirectory) throws IOException {
    return findNewest(dataDirectory) != null;
  }

  /** The newest complete generation of a member's tables; null if there is none. */
  static @Nullable Path findNewest(Path dataDirectory) throws IOException {
    if (!Files.isDirectory(directory(dataDirectory))) {
      return null;
    }
    List<Path> complete = complete(directory(dataDirectory));
    return complete.isEmpty() ? null : complete.get(complete.size() - 1);
  }

  /** All complete generations, oldest first. */
  private static List<Path> complete(Path directory) throws IOException {
    try (Stream<Path> found = Files.list(directory)) {
      return found
          .filter(path -> !path.toString().endsWith(PARTIAL))
          .sorted(Comparator.comparingLong(LiveTables::number))
          .toList();
    }
  }

  /** The first generation, which needs no earlier one. */
  static Path firstGeneration(Path directory) {
    return directory.resolve("1");
  }

  /** The name of a generation until it is complete. */
  static Path partial(Path generation) {
    return generation.resolveSibling(generation.getFileName() + PARTIAL);
  }

  /** Opens the tables of the last run and deletes leftover directories. */
  StoreMachine open() throws IOException {
    Files.createDirectories(directory);
    try (Stream<Path> found = Files.list(directory)) {
      found.filter(path -> path.toString().endsWith(PARTIAL)).forEach(LiveTables::delete);
    }
    List<Path> complete = complete(directory);
    for (int i = 0; i + 1 < complete.size(); i++) {
      delete(complete.get(i));
    }
    generation = complete.isEmpty() ? 1 : number(complete.get(complete.size() - 1));
    return openGeneration();
  }

  /** Opens a copy of a checkpoint as the next generation; data files are hard links. */
  StoreMachine openCopy(Path checkpoint) {
    try {
      Path next = directory.resolve(Long.toString(generation + 1));
      Path partial = partial(next);
      delete(partial);
      copy(checkpoint, partial);
      generation++;
      Files.move(partial, next, StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.force(directory);
      return openGeneration();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy checkpoint " + checkpoint, e);
    }
  }

  /**
   * Copies a checkpoint to a new directory; the copy is durable when this returns. Data files never
   * change, so they become hard links if the disk allows that.
   */
  static void copy(Path checkpoint, Path target) throws IOException {
    Files.createDirectories(target);
    try (Stream<Path> files = Files.list(checkpoint)) {
      for (Path file : files.filter(f -> !f.toString().endsWith(".md5")).toList()) {
        Path copy = target.resolve(file.getFileName());
        if (!file.toString().endsWith(".sst") || !link(file, copy)) {
          Files.copy(file, copy);
        }
      }
    }
    DurableFiles.forceTree(target);
  }

  private static boolean link(Path file, Path link) {
    try {
      Files.createLink(link, file);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false; // another disk, or one without hard links
    }
  }

  private StoreMachine openGeneration() {
    long opened = generation;
    Path path = directory.resolve(Long.toString(opened));
    Storage storage = Storage.open(path, options, () -> deleteOutdated(path, opened));
    if (StoreState.isTorn(storage)) {
      // The process died while writing an entry in parts. Raft rebuilds the tables from the newest
      // checkpoint, or from the beginning of its log.
      LOG.info("tables contain only a part of a log entry, rebuilding them path={}", path);
      generation++;
      storage.close();
      return openGeneration();
    }
    return new StoreMachine(storage, responseBytesMax);
  }

  private void deleteOutdated(Path path, long number) {
    if (number < generation) {
      delete(path);
    }
  }

  private static long number(Path path) {
    return Long.parseLong(path.getFileName().toString());
  }

  private static void delete(Path tree) {
    try {
      DurableFiles.deleteTree(tree);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + tree, e);
    }
  }
}
