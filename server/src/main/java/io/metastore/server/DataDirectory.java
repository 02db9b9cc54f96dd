package io.metastore.server;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Makes sure that a member starts on a directory that can be its own. */
final class DataDirectory {

  private DataDirectory() {}

  /**
   * Creates {@code path}, for its owner only, if it does not exist.
   *
   * @throws IOException if it cannot be created, or holds what etcd has written: to start empty
   *     beside that would look like the loss of all keys
   */
  static void prepare(Path path) throws IOException {
    if (Files.exists(path.resolve("member").resolve("snap"))
        || Files.exists(path.resolve("member").resolve("wal"))) {
      throw new FileSystemException(
          path.toString(), null, "holds the data of an etcd member, which cannot be read here");
    }
    if (!Files.isDirectory(path)) {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }
}
