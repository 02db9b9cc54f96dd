package io.metastore.compat.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.compat.chaos.Attempt.Outcome;
import io.metastore.compat.faults.Seeds;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The promises of {@code docs/guarantees.md}, under all faults at once.
 *
 * <p>{@code -Dseed=…} takes the same choices again (what comes of them depends on the machine too),
 * {@code -Dseeds=…} more runs, {@code -Dchaos.seconds=…} longer ones.
 */
class ChaosTest {
  private static final int ROUNDS = 2;

  static LongStream seeds() {
    return Seeds.some(Integer.getInteger("seeds", 1));
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void whatAllClientsSawIsOneHistory(long seed) throws Exception {
    Duration time = Duration.ofSeconds(Integer.getInteger("chaos.seconds", 16)).dividedBy(ROUNDS);
    try (Chaos chaos = new Chaos(seed)) {
      for (int round = 0; round < ROUNDS; round++) {
        chaos.round(time);
      }
      chaos.check();
      assertThat(chaos.journal().holds()).hasSizeGreaterThan(10);
      assertThat(chaos.journal().attempts())
          .filteredOn(attempt -> attempt.outcome() == Outcome.DONE)
          .hasSizeGreaterThan(100);
    }
  }
}
