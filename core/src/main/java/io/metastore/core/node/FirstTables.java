package io.metastore.core.node;

import io.metastore.core.machine.MemberTable;
import io.metastore.core.machine.StoreState;
import io.metastore.core.raft.DurableFiles;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageOptions;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The tables of a member that has never started, to be filled with the data of another store.
 *
 * <p>Create them, write to {@link #storage}, then call {@link #finish}. Until that returns, they
 * are in a directory that the next {@link #create} or start of the member deletes: an import that
 * is interrupted leaves nothing behind. Afterwards, the member's first start finds them, takes a
 * checkpoint of them, and begins its Raft log after it.
 *
 * <p>In a cluster, all members must start with equal tables; or the tables must be made so that of
 * two members, the one with the higher index has everything that the other has. That member then
 * wins the election and sends its tables to the other.
 *
 * <p>Owned by one thread.
 */
public final class FirstTables implements AutoCloseable {
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path partial;
  private final Path complete;
  private final Storage storage;
  private boolean closed;

  private FirstTables(Path partial, Path complete, StorageOptions options) {
    this.partial = partial;
    this.complete = complete;
    this.storage = Storage.open(partial, options);
  }

  /**
   * Creates empty tables.
   *
   * @param dataDirectory data directory of the member; created for its owner only, if it does not
   *     exist
   * @throws FileAlreadyExistsException if the member already has tables
   */
  public static FirstTables create(Path dataDirectory, StorageOptions options) throws IOException {
    Path complete = prepare(dataDirectory);
    return new FirstTables(LiveTables.partial(complete), complete, options);
  }

  /** The directory of the first tables; what an interrupted import left is deleted. */
  private static Path prepare(Path dataDirectory) throws IOException {
    Path tables = LiveTables.directory(dataDirectory);
    Files.createDirectories(tables, OWNER_ONLY);
    if (exist(dataDirectory)) {
      throw new FileAlreadyExistsException(dataDirectory.toString(), null, "already contains data");
    }
    Path complete = LiveTables.firstGeneration(tables);
    DurableFiles.deleteTree(LiveTables.partial(complete));
    return complete;
  }

  /**
   * Makes the tables of a member of a new cluster from the checkpoint of a member of another one.
   * They are durable when this returns. They have the index and the revision of the checkpoint, and
   * everything in it but the members.
   *
   * @param dataDirectory as for {@link #create}
   * @param checkpoint the files of the tables; not changed
   * @throws FileAlreadyExistsException if the member already has tables
   */
  public static void restore(Path dataDirectory, Path checkpoint) throws IOException {
    Path complete = prepare(dataDirectory);
    Path partial = LiveTables.partial(complete);
    LiveTables.copy(checkpoint, partial);
    try (FirstTables tables = new FirstTables(partial, complete, StorageOptions.DEFAULT)) {
      StoreState.read(tables.storage).writeFirst(tables.storage);
      MemberTable.clear(tables.storage);
      tables.complete();
    }
  }

  /** Whether the member of a data directory already has tables. */
  public static boolean exist(Path dataDirectory) throws IOException {
    return LiveTables.exist(dataDirectory);
  }

  /** The tables. Everything but the position of the store may be written. */
  public Storage storage() {
    return storage;
  }

  /**
   * Makes the tables those of the member; they are durable when this returns.
   *
   * @param index Raft log index of the tables; the member's log begins after it
   * @param revision the newest revision in the tables, at least 1
   * @param compacted the compacted revision; -1 if nothing was compacted
   */
  public void finish(long index, long revision, long compacted) throws IOException {
    StoreState.atImport(index, revision, compacted).writeFirst(storage);
    complete();
  }

  private void complete() throws IOException {
    storage.flush();
    closeStorage();
    DurableFiles.forceTree(partial);
    Files.move(partial, complete, StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.force(complete.resolveSibling("."));
    DurableFiles.force(complete.resolve("../.."));
  }

  /** Deletes the tables, unless {@link #finish} has returned. */
  @Override
  public void close() throws IOException {
    closeStorage();
    DurableFiles.deleteTree(partial);
  }

  private void closeStorage() {
    if (!closed) {
      closed = true;
      storage.close();
    }
  }
}
