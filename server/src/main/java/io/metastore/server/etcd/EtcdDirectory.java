package io.metastore.server.etcd;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where an etcd member keeps its files. */
public final class EtcdDirectory {
  private EtcdDirectory() {}

  /** Whether a data directory contains the database of an etcd member. */
  public static boolean isOne(Path directory) {
    return Files.exists(database(directory));
  }

  /** The database. */
  static Path database(Path directory) {
    return directory.resolve("member").resolve("snap").resolve("db");
  }

  /** The write-ahead log, unless {@code --wal-dir} was set. */
  public static Path log(Path directory) {
    return directory.resolve("member").resolve("wal");
  }
}
