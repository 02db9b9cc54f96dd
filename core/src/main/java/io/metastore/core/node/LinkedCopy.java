package io.metastore.core.node;

import io.metastore.core.api.FileCopy;
import io.metastore.core.raft.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Hard links to the files of a checkpoint, so that they outlive it. */
record LinkedCopy(Path directory) implements FileCopy {

  /** The directory of all copies of a member. They do not outlive its process. */
  static Path parent(Path dataDirectory) {
    return dataDirectory.resolve("copies");
  }

  /**
   * Makes a copy of the newest of a member's checkpoints.
   *
   * @param checkpoint a directory with files only
   */
  static LinkedCopy of(Path checkpoint, Path dataDirectory) throws IOException {
    Files.createDirectories(parent(dataDirectory));
    Path directory = Files.createTempDirectory(parent(dataDirectory), "copy");
    try (Stream<Path> files = Files.list(checkpoint)) {
      for (Path file : files.toList()) {
        Files.createLink(directory.resolve(file.getFileName()), file);
      }
    } catch (IOException e) {
      DurableFiles.deleteTree(directory);
      throw e;
    }
    return new LinkedCopy(directory);
  }

  @Override
  public void close() throws IOException {
    DurableFiles.deleteTree(directory);
  }
}
