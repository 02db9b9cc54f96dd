package io.metastore.server;

import io.metastore.server.config.StoredCluster;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Prepares the data directory before a member starts. */
final class DataDirectory {

  private DataDirectory() {}

  /**
   * Creates {@code path} if it does not exist, accessible by its owner only.
   *
   * @throws IOException if it cannot be created, or contains data of etcd that was not imported: to
   *     start empty beside that data would look like the loss of all keys
   */
  static void prepare(Path path) throws IOException {
    boolean etcd =
        Files.exists(path.resolve("member").resolve("snap"))
            || Files.exists(path.resolve("member").resolve("wal"));
    if (etcd && !StoredCluster.exists(path)) {
      throw new FileSystemException(
          path.toString(),
          null,
          "contains data of an etcd member without member/snap/db, which Metastore cannot import");
    }
    create(path);
  }

  /** Creates a directory, for its owner only, if it does not exist. */
  static void create(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }
}
