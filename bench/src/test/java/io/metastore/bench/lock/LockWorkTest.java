package io.metastore.bench.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class LockWorkTest {

  @Test
  void workTextIsParsedAndFormatted() {
    LockWork work = LockWork.parse("waiters:1000/100");

    assertThat(work).isEqualTo(new LockWork(LockWork.Kind.WAITERS, 1000, 100));
    assertThat(work).hasToString("waiters:1000/100");
  }

  @Test
  void onlyUncontendedLocksAreDifferent() {
    assertThat(LockWork.parse("uncontended:2/1").lock(0))
        .isNotEqualTo(LockWork.parse("uncontended:2/1").lock(1));
    assertThat(LockWork.parse("contended:2/1").lock(0))
        .isEqualTo(LockWork.parse("contended:2/1").lock(1));
  }

  @Test
  void invalidTextIsRefused() {
    for (String text : new String[] {"contended", "contended:2", "contended:1/2", "idle:1/1"}) {
      assertThatIllegalArgumentException().as(text).isThrownBy(() -> LockWork.parse(text));
    }
  }
}
