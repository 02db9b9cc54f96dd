package io.metastore.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.FailureCode;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Op;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Transactions whose answer is too large for a member's memory. */
class AnswerLimitTest {
  private static final int MIB = 1 << 20;
  private static final int KEYS = 10;

  @RegisterExtension final Machines machines = new Machines();
  private TestMachine machine;

  @BeforeEach
  void fill() {
    machine = machines.open(TxnEvaluator.ANSWER_BYTES_MAX);
    String value = "v".repeat(MIB);
    for (int i = 0; i < KEYS; i++) {
      machine.apply(Commands.put("k" + i, value));
    }
  }

  @Test
  void writingTransactionIsRefusedIfItsRangesAreTooLargeTogether() {
    int fit = (int) (TxnEvaluator.ANSWER_BYTES_MAX / MIB / KEYS);
    assertThat(machine.outcome(Commands.of(rangesAndPut(range("k", "l"), fit))))
        .isInstanceOf(Outcome.TxnDone.class);
    long revision = machine.state().revision();

    assertTooLarge(machine.outcome(Commands.of(rangesAndPut(range("k", "l"), fit + 1))));
    assertThat(machine.state().revision()).isEqualTo(revision);
  }

  @Test
  void writingTransactionIsRefusedIfItsSingleKeysAreTooLargeTogether() {
    assertTooLarge(machine.outcome(Commands.of(rangesAndPut(range("k3", ""), 100))));
  }

  @Test
  void readsAboveTheirByteLimitAreRefused() {
    Txn two = Txn.newBuilder().addSuccess(range("k", "k5")).addSuccess(range("k5", "")).build();
    long bytes = machine.<Long>read(view -> view.answerBytes(two));

    assertThat(bytes).isBetween(6L * MIB, 6L * MIB + 10_000);
    Outcome read = machine.read(view -> view.readTxn(two, bytes));
    assertThat(read).isInstanceOf(Outcome.TxnDone.class);
    Outcome refused = machine.read(view -> view.readTxn(two, bytes - 1));
    assertTooLarge(refused);
  }

  @Test
  void sortedReadWithALimitNeedsMemoryForItsAnswerOnly() {
    String value = "v".repeat(20_000);
    for (int i = 0; i < 100; i++) {
      machine.apply(Commands.put("s" + i * 37 % 100, value));
    }
    Range newest =
        Commands.range("s", "t")
            .setOrder(Range.Order.DESCEND)
            .setSortTarget(Range.SortTarget.MOD)
            .setLimit(2)
            .build();

    Outcome read = machine.read(view -> view.smallRange(newest));

    RangeResult found = ((Outcome.Ranged) read).result();
    assertThat(found.keyValues())
        .extracting(kv -> kv.key().toStringUtf8())
        .containsExactly("s" + 99 * 37 % 100, "s" + 98 * 37 % 100);
    assertThat(found.count()).isEqualTo(100);
    assertThat(found.more()).isTrue();
    assertTooLarge(machine.read(view -> view.smallRange(newest.toBuilder().setLimit(50).build())));
  }

  private static void assertTooLarge(Outcome outcome) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed ->
                assertThat(failed.failure().code()).isEqualTo(FailureCode.RESPONSE_TOO_LARGE));
  }

  private static Op[] rangesAndPut(Op range, int ranges) {
    List<Op> ops = new ArrayList<>(Collections.nCopies(ranges, range));
    ops.add(Op.newBuilder().setPut(Commands.putOp("other", "v")).build());
    return ops.toArray(Op[]::new);
  }

  private static Op range(String key, String end) {
    return Op.newBuilder().setRange(Commands.range(key, end)).build();
  }
}
