package io.metastore.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StateDigestTest {
  @RegisterExtension final Machines machines = new Machines();

  @Test
  void differentChangesHaveDifferentDigests() {
    long putEmpty = digest(writes -> writes.put(Table.SMALL, bytes("ab"), Bytes.EMPTY));
    assertThat(putEmpty)
        .as("the same changes")
        .isEqualTo(digest(writes -> writes.put(Table.SMALL, bytes("ab"), Bytes.EMPTY)));
    assertThat(putEmpty)
        .as("a deletion")
        .isNotEqualTo(digest(writes -> writes.delete(Table.SMALL, bytes("ab"))))
        .as("another boundary between key and value")
        .isNotEqualTo(digest(writes -> writes.put(Table.SMALL, bytes("a"), bytes("b"))));
  }

  @Test
  void theDigestContinuesFromThePreviousOne() {
    WriteSet writes = machines.open().storage().newWriteSet();
    assertThat(StateDigest.next(1, writes)).isNotEqualTo(StateDigest.next(2, writes));
  }

  private long digest(Consumer<WriteSet> changes) {
    WriteSet writes = machines.open().storage().newWriteSet();
    changes.accept(writes);
    return StateDigest.next(0, writes);
  }

  private static byte[] bytes(String text) {
    return Commands.bytes(text).toByteArray();
  }
}
