package io.metastore.core.machine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sentences about single faults. That good tables have none is a {@link StoreInvariants}. */
class TableCheckTest {
  private static final byte[] NAME = "name".getBytes(UTF_8);

  @TempDir Path directory;
  private TestMachine machine;

  @BeforeEach
  void fill() {
    machine = new TestMachine(directory, 1 << 20);
    machine.apply(Commands.put("name", "v1")); // revision 2
    machine.apply(Commands.put("name", "v2")); // 3
    machine.apply(Commands.put("name", "v3")); // 4
    machine.apply(Commands.put("gone", "v")); // 5
    machine.apply(Commands.delete("gone")); // 6
    assertThat(faults()).isEmpty();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void keyThatIsMissing() {
    delete(Table.LATEST, NAME);
    assertThat(faults())
        .containsExactly(
            "the block of keys from \"\" on has 0 keys, but is recorded with 1",
            "key \"name\" does not exist, but its history does not end with a deletion",
            "key \"name\" was changed at revision 4, but neither it nor its history contains this");
  }

  @Test
  void recordThatCannotBeDecoded() {
    machine.storage().edit(Table.LATEST, Map.of(NAME, new byte[] {-1}), List.of());
    assertThat(faults()).contains("the record of key \"name\" cannot be decoded");
  }

  @Test
  void changeThatIsMissing() {
    delete(Table.CHANGES, new KeyWriter().int64(4).int32(0).toBytes());
    assertThat(faults())
        .containsExactly(
            "key \"name\" was changed at revision 4, but the change log does not contain this");
  }

  @Test
  void oldVersionThatIsMissing() {
    delete(Table.CHANGES, new KeyWriter().int64(3).int32(0).toBytes());
    assertThat(faults()).containsExactly("the version of key \"name\" at revision 3 is missing");
  }

  @Test
  void deletionThatIsMissing() {
    delete(
        Table.HISTORY,
        new KeyWriter().escaped(ByteString.copyFromUtf8("gone")).int64(~6L).toBytes());
    assertThat(faults())
        .containsExactly(
            "key \"gone\" does not exist, but its history does not end with a deletion",
            "key \"gone\" was changed at revision 6, but neither it nor its history contains this");
  }

  @Test
  void leaseOfAKey() {
    byte[] row =
        SmallTable.LEASE_KEY.key().int64(10).bytes(ByteString.copyFromUtf8("name")).toBytes();
    machine.storage().edit(Table.SMALL, Map.of(row, new byte[0]), List.of());
    assertThat(faults())
        .containsExactly("key \"name\" is recorded for lease a, which does not exist");
  }

  private void delete(Table table, byte[] key) {
    machine.storage().edit(table, Map.of(), List.of(key));
  }

  private List<String> faults() {
    List<String> faults = new ArrayList<>();
    new TableCheck(machine.storage(), faults::add, bytes -> {}).run();
    return faults;
  }
}
