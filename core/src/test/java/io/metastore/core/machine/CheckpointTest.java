package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that are written while entries are applied. */
class CheckpointTest {
  private static final int CHECKPOINTS = 5;

  @RegisterExtension final Machines machines = new Machines();
  @TempDir private Path directory = Path.of("");

  @Test
  void checkpointBesideEntriesContainsExactlyTheEntriesUpToItsPosition() throws Exception {
    TestMachine machine = machines.open();
    machine.apply(Commands.put("first", "x"));
    CompletableFuture<List<StoreState>> taking =
        CompletableFuture.supplyAsync(() -> takeCheckpoints(machine.machine()));
    for (int i = 0; i < CHECKPOINTS || !taking.isDone(); i++) {
      machine.apply(Commands.put("k" + i, "x".repeat(1_000)));
    }
    List<StoreState> contained = taking.get();
    for (int i = 0; i < CHECKPOINTS; i++) {
      Path checkpoint = checkpoint(i);
      assertThat(checkpoint.resolve("LOG")).as("a log file of RocksDB").doesNotExist();
      try (StoreMachine copy =
          new StoreMachine(Storage.open(checkpoint, StorageOptions.DEFAULT), 1 << 20)) {
        assertThat(copy.state()).isEqualTo(contained.get(i));
        // Each entry has put one new key.
        assertThat(copy.keys()).isEqualTo(copy.state().revision() - 1);
        StoreInvariants.check(copy.storage());
      }
    }
  }

  private List<StoreState> takeCheckpoints(StoreMachine machine) {
    List<StoreState> contained = new ArrayList<>();
    for (int i = 0; i < CHECKPOINTS; i++) {
      StoreState before = machine.state();
      StoreState taken = requireNonNull(machine.checkpoint(checkpoint(i)), "no large entry");
      assertThat(taken.index()).isGreaterThanOrEqualTo(before.index());
      contained.add(taken);
    }
    return contained;
  }

  private Path checkpoint(int number) {
    return directory.resolve("checkpoint-" + number);
  }
}
