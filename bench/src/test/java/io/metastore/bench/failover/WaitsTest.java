package io.metastore.bench.failover;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WaitsTest {
  @Test
  void onlyTheFirstWriteCountsWithoutAWindow() {
    Waits waits = new Waits(0);
    waits.began(1);
    waits.began(20);
    waits.succeeded(20, 300);
    waits.began(320);
    assertThat(waits.longest()).isCompletedWithValue(299L);
  }

  @Test
  void writesThatSucceedAtOnceDoNotEndTheWindow() {
    Waits waits = new Waits(1_000);
    waits.began(0);
    waits.succeeded(0, 5);
    waits.began(20);
    waits.began(40);
    waits.succeeded(40, 240);
    waits.began(990);
    assertThat(waits.longest()).isNotDone();
    waits.succeeded(990, 995);
    waits.began(1_010);
    waits.succeeded(1_010, 1_015);
    assertThat(waits.longest()).isCompletedWithValue(220L);
  }

  @Test
  void aWriteThatBeganInTheWindowIsAwaited() {
    Waits waits = new Waits(1_000);
    waits.began(990);
    waits.began(1_010);
    assertThat(waits.longest()).isNotDone();
    waits.succeeded(1_010, 3_990);
    assertThat(waits.longest()).isCompletedWithValue(3_000L);
  }
}
