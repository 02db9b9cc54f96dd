package io.metastore.compat.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.compat.chaos.Attempt.Outcome;
import io.metastore.compat.faults.Seeds;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks the guarantees of {@code docs/guarantees.md} under all faults at once.
 *
 * <p>{@code -Dseed=…} repeats the choices of a run (their effects also depend on the machine),
 * {@code -Dseeds=…} makes more runs, {@code -Dchaos.seconds=…} makes them longer.
 */
class ChaosTest {
  private static final int ROUNDS = 2;

  static LongStream seeds() {
    return Seeds.some(Integer.getInteger("seeds", 1));
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void observationsOfAllClientsMatchTheHistory(long seed) throws Exception {
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
