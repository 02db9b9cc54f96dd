package io.metastore.core.machine;

import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Configuration;
import io.metastore.core.command.Slice;
import io.metastore.core.kv.CompactionStep;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageOptions;
import io.metastore.core.storage.TestDirectories;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** A {@link StoreMachine} on its own directory, which can be restarted and crashed. */
public final class TestMachine implements AutoCloseable {
  static final long ORIGIN = 7;

  /** The default term of entries. */
  static final long TERM = 1;

  private static final StorageOptions SMALL = new StorageOptions(1 << 20, 4 << 20, 1 << 20);

  private final Path parent;
  private final long responseBytesMax;
  private int lives;
  private Path directory;
  private StoreMachine machine;

  TestMachine(Path parent, long responseBytesMax) {
    this.parent = parent;
    this.responseBytesMax = responseBytesMax;
    this.directory = parent.resolve("db-" + lives);
    this.machine = open();
  }

  StoreMachine machine() {
    return machine;
  }

  public StoreState state() {
    return machine.state();
  }

  public Storage storage() {
    return machine.storage();
  }

  /** Applies an entry with one slice at the next index. */
  public Applied apply(Command... commands) {
    return apply(batch(List.of(commands)));
  }

  Applied apply(CommandBatch batch) {
    return apply(Math.max(1, state().index() + 1), batch);
  }

  Applied apply(long index, CommandBatch batch) {
    return apply(TERM, index, batch);
  }

  Applied apply(long term, long index, CommandBatch batch) {
    return machine.apply(term, index, batch, ORIGIN, announced -> {});
  }

  /** Applies a configuration entry of Raft at the next index. */
  Applied configure(Configuration members) {
    return machine.configure(1, Math.max(1, state().index() + 1), members, announced -> {});
  }

  /** Applies a configuration entry at the last applied index. */
  void configureAgain(Configuration members) {
    var unused = machine.configure(1, state().index(), members, announced -> {});
  }

  /** Applies an entry with one command. */
  Outcome outcome(Command command) {
    return apply(command).slices().get(0).outcomes().get(0);
  }

  static CommandBatch batch(List<Command> commands) {
    return CommandBatch.newBuilder()
        .addSlices(Slice.newBuilder().setOrigin(ORIGIN).setSequence(1).addAllCommands(commands))
        .build();
  }

  /** The newest view, retained. Any thread, while the machine is open. */
  public StoreView view() {
    while (true) {
      StoreView view = machine.tryView();
      if (view != null) {
        return view;
      }
      Thread.onSpinWait(); // was just replaced
    }
  }

  /** Reads from the published view. */
  public <T> T read(Function<StoreView, T> reading) {
    StoreView view = view();
    try {
      return reading.apply(view);
    } finally {
      view.release();
    }
  }

  /** Runs one slice of physical compaction; returns whether nothing is left to do. */
  public boolean sweep(int changesMax) {
    return new CompactionStep(storage(), new LongAdder()).run(state().compacted(), changesMax);
  }

  public void sweepAll() {
    boolean done = state().compacted() <= 0;
    while (!done) {
      done = sweep(1000);
    }
  }

  /** Closes the machine and opens it again. */
  void restart() {
    machine.close();
    machine = open();
  }

  /** Simulates a crash: loses what was not flushed. */
  void crash() {
    Path survivor = nextDirectory();
    TestDirectories.copyAsAfterCrash(directory, survivor);
    moveTo(survivor);
  }

  /** Makes a checkpoint for {@link #restore}. */
  Path checkpoint() {
    Path target = nextDirectory();
    machine.checkpoint(target);
    return target;
  }

  /** Continues from a checkpoint, which is not changed. */
  void restore(Path checkpoint) {
    Path copy = nextDirectory();
    TestDirectories.copyAsAfterCrash(checkpoint, copy);
    moveTo(copy);
  }

  @Override
  public void close() {
    machine.close();
    TestDirectories.delete(parent);
  }

  private void moveTo(Path next) {
    machine.close();
    TestDirectories.delete(directory);
    directory = next;
    machine = open();
  }

  private Path nextDirectory() {
    return parent.resolve("db-" + ++lives);
  }

  private StoreMachine open() {
    return new StoreMachine(Storage.open(directory, SMALL), responseBytesMax);
  }
}
