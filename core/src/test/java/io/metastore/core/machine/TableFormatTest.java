package io.metastore.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageException;
import io.metastore.core.storage.StorageOptions;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableFormatTest {
  private static final int MIB = 1 << 20;

  @TempDir Path directory;

  @Test
  void tablesOfAnotherVersionAreRefusedAndNotChanged() {
    try (StoreMachine machine = open()) {
      machine.apply(
          TestMachine.TERM,
          /* index= */ 1,
          TestMachine.batch(List.of(Commands.put("k", "v"))),
          TestMachine.ORIGIN,
          announced -> {});
      WriteSet writes = machine.storage().newWriteSet();
      writes.put(
          Table.SMALL,
          SmallTable.META.key().int8('v').toBytes(),
          new KeyWriter().int32(99).toBytes());
      machine.storage().write(writes);
    }
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(this::open)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("layout 99");
    }
  }

  @Test
  void tablesOfThisVersionAreOpenedAgain() {
    open().close();
    try (StoreMachine machine = open()) {
      assertThat(machine.state().index()).isEqualTo(-1);
    }
  }

  private StoreMachine open() {
    return new StoreMachine(Storage.open(directory, StorageOptions.DEFAULT), MIB);
  }
}
