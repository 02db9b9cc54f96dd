package io.metastore.core.machine;

import static io.metastore.core.machine.TreeRequests.createNode;
import static io.metastore.core.machine.TreeRequests.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.machine.TreeRequests.TestSession;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class UnversionedHashTest {
  @RegisterExtension final Machines machines = new Machines();

  @Test
  void everyRowCounts() {
    TestMachine machine = filled();
    int right = hash(machine);
    for (Table table : List.of(Table.ZNODES, Table.ZNODE_DATA, Table.SMALL)) {
      List<Row> rows = rows(machine, table);
      assertThat(rows).as("%s", table).isNotEmpty();
      rows.forEach(
          row -> {
            machine.storage().edit(table, Map.of(), List.of(row.key()));
            assertThat(hash(machine)).as("a row of %s is missing", table).isNotEqualTo(right);
            byte[] longer = Bytes.after(row.value());
            machine.storage().edit(table, Map.of(row.key(), longer), List.of());
            assertThat(hash(machine)).as("a row of %s is different", table).isNotEqualTo(right);
            machine.storage().edit(table, Map.of(row.key(), row.value()), List.of());
          });
    }
    assertThat(hash(machine)).isEqualTo(right);
  }

  @Test
  void theRevisionAndTheTimeCount() {
    TestMachine machine = filled();
    StoreState state = machine.state();
    int right = hash(machine);
    assertThat(
            UnversionedHash.of(
                new StoreState(
                    state.term(), state.index(), state.revision() + 1, state.compacted(), 0, 0),
                machine.storage()))
        .isNotEqualTo(right);
    assertThat(
            UnversionedHash.of(
                new StoreState(
                    state.term(), state.index(), state.revision(), state.compacted(), 1, 0),
                machine.storage()))
        .isNotEqualTo(right);
  }

  private TestMachine filled() {
    TestMachine machine = machines.open();
    TestSession session = TreeRequests.open(machine, 7);
    machine.apply(session.change(createNode(node("/a", "x".repeat(10_000)))));
    machine.apply(session.change(createNode(node("/a/b", "data")), TreeRequests.ephemeral("/e")));
    machine.apply(Commands.grant(5, 60), Commands.put("k", "v", 5));
    return machine;
  }

  private static int hash(TestMachine machine) {
    return UnversionedHash.of(machine.state(), machine.storage());
  }

  @SuppressWarnings("ArrayRecordComponent") // rows are not compared
  private record Row(byte[] key, byte[] value) {}

  private static List<Row> rows(TestMachine machine, Table table) {
    List<Row> rows = new ArrayList<>();
    try (Cursor cursor = machine.storage().scan(table, Bytes.EMPTY, null)) {
      while (cursor.next()) {
        if (table != Table.SMALL || !StoreState.isRow(cursor.key())) {
          rows.add(new Row(cursor.key(), cursor.value()));
        }
      }
    }
    return rows;
  }
}
