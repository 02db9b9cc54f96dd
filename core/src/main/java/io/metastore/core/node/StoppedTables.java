package io.metastore.core.node;

import io.metastore.core.machine.StoreMachine;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageException;
import io.metastore.core.storage.StorageOptions;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The tables of a member that does not run. Owned by one thread. */
public final class StoppedTables implements AutoCloseable {
  private static final long RESPONSE_BYTES_MAX = 1 << 20; // nothing is read

  private final StoreMachine machine;

  private StoppedTables(StoreMachine machine) {
    this.machine = machine;
  }

  /**
   * Opens the tables.
   *
   * @throws NoSuchFileException if the directory contains none
   * @throws StorageException if a running member uses them
   */
  public static StoppedTables open(Path dataDirectory) throws IOException {
    if (!LiveTables.exist(dataDirectory)) {
      throw new NoSuchFileException(dataDirectory.toString(), null, "contains no tables");
    }
    return new StoppedTables(
        new LiveTables(dataDirectory, StorageOptions.DEFAULT, RESPONSE_BYTES_MAX).open());
  }

  /** Frees the disk space of obsolete entries. */
  public void defragment() {
    machine.storage().rewrite(Storage.UNLIMITED);
  }

  @Override
  public void close() {
    machine.close();
  }
}
