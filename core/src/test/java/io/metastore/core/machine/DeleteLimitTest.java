package io.metastore.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.FailureCode;
import io.metastore.core.api.OpResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DeleteLimitTest {
  private static final int MIB = 1 << 20;

  @RegisterExtension final Machines machines = new Machines();

  @Test
  void aRangeDeleteThatNoMemberCouldHoldInMemoryIsRefusedAndChangesNothing() {
    TestMachine machine = machines.open();
    String value = "v".repeat(MIB);
    int tooMany = (int) (TxnEvaluator.DELETED_BYTES_MAX / MIB) + 1;
    for (int i = 100; i < 100 + tooMany; i++) {
      machine.apply(Commands.put("k" + i, value));
    }
    Outcome refused = machine.outcome(delete("k", "l"));
    assertThat(refused).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) refused).failure().code())
        .isEqualTo(FailureCode.REQUEST_TOO_LARGE);

    Outcome half = machine.outcome(delete("k", "k120"));
    assertThat(((Outcome.TxnDone) half).results().get(0))
        .isInstanceOfSatisfying(
            OpResult.DeleteResult.class, deleted -> assertThat(deleted.deleted()).isEqualTo(20));
  }

  private static Command delete(String from, String to) {
    Delete delete =
        Delete.newBuilder().setKey(Commands.bytes(from)).setRangeEnd(Commands.bytes(to)).build();
    return Commands.of(Op.newBuilder().setDelete(delete).build());
  }
}
