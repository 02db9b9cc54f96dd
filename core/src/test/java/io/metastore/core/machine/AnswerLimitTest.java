package io.metastore.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Op;
import io.metastore.core.command.Txn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Transactions whose answer would be larger than a member has memory for. */
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
  void readsAreRefusedAboveTheBytesThatTheyWereGiven() {
    Txn two = Txn.newBuilder().addSuccess(range("k", "k5")).addSuccess(range("k5", "")).build();
    long bytes = machine.<Long>read(view -> view.answerBytes(two));

    assertThat(bytes).isBetween(6L * MIB, 6L * MIB + 10_000);
    Outcome read = machine.read(view -> view.readTxn(two, bytes));
    assertThat(read).isInstanceOf(Outcome.TxnDone.class);
    Outcome refused = machine.read(view -> view.readTxn(two, bytes - 1));
    assertTooLarge(refused);
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
