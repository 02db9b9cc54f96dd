package io.metastore.core.machine;

import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Slice;
import io.metastore.core.storage.Storage;

/**
 * Applies the entries of another store's log to tables that {@link StoreImport} has filled. Owned
 * by one thread.
 */
public final class ImportedLog implements AutoCloseable {
  private static final long RESPONSE_BYTES_MAX = 1 << 20; // nothing is read

  private final StoreMachine machine;

  /**
   * @param index index of the last entry that the tables contain
   */
  public ImportedLog(Storage storage, long index, long revision, long compacted) {
    StoreState.atImport(index, revision, compacted).writeFirst(storage);
    this.machine = new StoreMachine(storage, RESPONSE_BYTES_MAX);
  }

  /** Applies one entry. A command that cannot be done changes nothing, as when it was logged. */
  public void apply(long index, Command command) {
    Slice slice = Slice.newBuilder().addCommands(command).build();
    machine.apply(
        /* term= */ 0,
        index,
        CommandBatch.newBuilder().addSlices(slice).build(),
        /* origin= */ 1,
        announced -> {});
  }

  /** Passes an entry that changes no data. */
  public void skip(long index) {
    machine.skip(/* term= */ 0, index);
  }

  /** The auth revision after the entries so far. */
  public long authRevision() {
    return machine.access().revision();
  }

  /** The position and revisions after the entries so far. */
  public StoreState state() {
    return machine.state();
  }

  /** Leaves the tables, which stay open. */
  @Override
  public void close() {
    machine.leaveTables();
  }
}
