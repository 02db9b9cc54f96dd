package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.OpResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.auth.Rules;
import io.metastore.core.command.Command;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.kv.ChangeLogs;
import io.metastore.core.kv.KeyCounts;
import io.metastore.core.lock.LockTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Commands that delete more than fits into memory at once. */
class LargeDeletionTest {
  private static final int MIB = 1 << 20;
  private static final int KEYS = 1_500;

  /** All keys together exceed the limits for one part of an entry and for kept events. */
  private static final ByteString VALUE = ByteString.copyFrom(new byte[16 << 10]);

  @RegisterExtension final Machines machines = new Machines();
  @TempDir private Path directory = Path.of("");

  @Test
  void aRangeDeleteIsOneRevisionHoweverManyKeysItDeletes() {
    TestMachine machine = machines.open();
    fill(machine, 0);
    long before = machine.state().revision();
    Applied applied = machine.apply(delete("k", "l", false));
    assertThat(((Outcome.TxnDone) applied.slices().get(0).outcomes().get(0)).results().get(0))
        .isInstanceOfSatisfying(
            OpResult.DeleteResult.class, done -> assertThat(done.deleted()).isEqualTo(KEYS));
    checkDeleted(machine, applied, before + 1);
  }

  @Test
  void aLeaseEndsInOneRevisionHoweverManyKeysItHas() {
    TestMachine machine = machines.open();
    machine.apply(Commands.grant(5, 60));
    fill(machine, 5);
    long before = machine.state().revision();
    Applied applied = machine.apply(Commands.revoke(5));
    assertThat(applied.slices().get(0).outcomes().get(0))
        .isEqualTo(new Outcome.LeaseRevoked(before + 1, KEYS));
    checkDeleted(machine, applied, before + 1);
  }

  private static void checkDeleted(TestMachine machine, Applied applied, long revision) {
    assertThat(machine.state().revision()).isEqualTo(revision);
    assertThat(applied.deletes()).isEqualTo(KEYS);
    assertThat(applied.eventsOmitted()).as("watchers have to read the change log").isTrue();
    assertThat(ChangeLogs.read(machine.storage(), revision, revision)).hasSize(KEYS);
    StoreInvariants.check(machine.storage());
    machine.restart();
    assertThat(machine.state().revision()).isEqualTo(revision);
  }

  @Test
  void tablesWithAPartOfAnEntryAreDetectedAfterACrash() {
    TestMachine machine = machines.open();
    fill(machine, 0);
    assertThat(StoreState.isTorn(machine.storage())).isFalse();
    ApplyContext context =
        new ApplyContext(
            machine.storage(),
            new LockTable(machine.storage()),
            new KeyCounts(machine.storage()),
            /* timeMs= */ 0,
            machine.state(),
            Rules.read(machine.storage()),
            /* alarms= */ List.of());
    for (int i = 0; !StoreState.isTorn(machine.storage()); i++) {
      context.delete(requireNonNull(context.find(key(i))));
    }
    assertThat(machine.machine().checkpoint(directory.resolve("torn"))).isNull();
    boolean seen = machine.read(view -> StoreState.isTorn(view.reader()));
    assertThat(seen).as("torn mark visible to a reader").isFalse();
    context.endCommand();
    context.end(TestMachine.TERM, machine.state().index() + 1);
    assertThat(StoreState.isTorn(machine.storage())).isFalse();
  }

  @Test
  void aDeleteThatWouldReturnMoreThanFitsIntoMemoryIsRefusedAndChangesNothing() {
    TestMachine machine = machines.open();
    String value = "v".repeat(MIB);
    int tooMany = (int) (TxnEvaluator.PREVIOUS_BYTES_MAX / MIB) + 1;
    for (int i = 100; i < 100 + tooMany; i++) {
      machine.apply(Commands.put("k" + i, value));
    }
    Outcome refused = machine.outcome(delete("k", "l", true));
    assertThat(refused).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) refused).failure().code())
        .isEqualTo(FailureCode.REQUEST_TOO_LARGE);

    Outcome half = machine.outcome(delete("k", "k120", true));
    assertThat(((Outcome.TxnDone) half).results().get(0))
        .isInstanceOfSatisfying(
            OpResult.DeleteResult.class, done -> assertThat(done.previous()).hasSize(20));
    Outcome rest = machine.outcome(delete("k", "l", false));
    assertThat(((Outcome.TxnDone) rest).results().get(0))
        .isInstanceOfSatisfying(
            OpResult.DeleteResult.class,
            done -> assertThat(done.deleted()).isEqualTo(tooMany - 20));
  }

  private static void fill(TestMachine machine, long lease) {
    List<Op> ops = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      Put.Builder put = Put.newBuilder().setKey(key(i)).setValue(VALUE).setLease(lease);
      ops.add(Op.newBuilder().setPut(put).build());
      if (ops.size() == KEYS / 10) {
        machine.apply(Commands.of(ops.toArray(Op[]::new)));
        ops.clear();
      }
    }
  }

  private static ByteString key(int number) {
    return Commands.bytes("k%08d".formatted(number));
  }

  private static Command delete(String from, String to, boolean previous) {
    Delete delete =
        Delete.newBuilder()
            .setKey(Commands.bytes(from))
            .setRangeEnd(Commands.bytes(to))
            .setPrevKv(previous)
            .build();
    return Commands.of(Op.newBuilder().setDelete(delete).build());
  }
}
