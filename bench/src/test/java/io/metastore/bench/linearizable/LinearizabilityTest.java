package io.metastore.bench.linearizable;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.linearizable.Verdict.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories of a register with the value 0 at first. Times are in arbitrary units. */
class LinearizabilityTest {
  /**
   * A read, a write, or a write under the condition that the register has a value.
   *
   * @param write null for a read
   * @param expected null for no condition
   */
  private record Request(@Nullable Integer write, @Nullable Integer expected) {}

  /** For a read the value, for a write whether the condition held (1 or 0). */
  private static final Model<Integer, Request, Integer> REGISTER =
      new Model<>() {
        @Override
        public Integer initial() {
          return 0;
        }

        @Override
        public @Nullable Integer step(Integer state, Request request, @Nullable Integer answer) {
          if (request.write() == null) {
            return answer == null || answer.equals(state) ? state : null;
          }
          boolean holds = request.expected() == null || request.expected().equals(state);
          if (answer != null && answer != (holds ? 1 : 0)) {
            return null;
          }
          return holds ? request.write() : state;
        }
      };

  private final List<Operation<Request, Integer>> history = new ArrayList<>();

  @Test
  void nothingIsLinearizable() {
    assertLinearizable();
  }

  @Test
  void readsOfTheLastWriteAreLinearizable() {
    write(1, 0, 1);
    read(1, 2, 3);
    write(2, 4, 5);
    read(2, 6, 7);
    assertLinearizable();
  }

  @Test
  void staleReadIsAViolation() {
    write(1, 0, 1);
    write(2, 2, 3);
    read(1, 4, 5);
    assertViolation();
    assertThat(check().explained()).hasSize(2);
    assertThat(check().unexplained())
        .containsExactly(new Operation<>(new Request(null, null), 1, 4, 5));
  }

  @Test
  void readDuringAWriteMaySeeItOrNot() {
    write(1, 0, 10);
    read(0, 1, 2);
    read(1, 3, 4);
    assertLinearizable();
  }

  @Test
  void readThatGoesBackDuringAWriteIsAViolation() {
    write(1, 0, 10);
    read(1, 1, 2);
    read(0, 3, 4);
    assertViolation();
  }

  /** Each read alone is possible, but they need different orders of the two writes. */
  @Test
  void twoReadersThatSeeTwoWritesInDifferentOrdersAreAViolation() {
    write(1, 0, 10);
    write(2, 0, 10);
    read(1, 11, 12);
    read(2, 11, 12);
    assertViolation();
  }

  @Test
  void lostUpdateIsAViolation() {
    swap(0, 1, true, 0, 10);
    swap(0, 2, true, 0, 10);
    assertViolation();
  }

  @Test
  void onlyOneOfTwoConditionalWritesSucceeds() {
    swap(0, 1, true, 0, 10);
    swap(0, 2, false, 0, 10);
    read(1, 11, 12);
    assertLinearizable();
  }

  @Test
  void writeWithoutAnswerMayHaveNoEffect() {
    unknownWrite(1, 0);
    read(0, 5, 6);
    assertLinearizable();
  }

  @Test
  void writeWithoutAnswerMayTakeEffectLate() {
    unknownWrite(1, 0);
    read(0, 5, 6);
    write(2, 7, 8);
    read(2, 9, 10);
    read(1, 11, 12);
    assertLinearizable();
  }

  @Test
  void writeWithoutAnswerTakesEffectOnlyOnce() {
    unknownWrite(1, 0);
    read(1, 5, 6);
    write(2, 7, 8);
    read(1, 9, 10);
    assertViolation();
  }

  @Test
  void writeWithoutAnswerTakesNoEffectBeforeItStarts() {
    read(1, 0, 1);
    unknownWrite(1, 2);
    assertViolation();
  }

  @Test
  void operationsWhoseTimesTouchMayHaveEitherOrder() {
    write(1, 0, 5);
    read(0, 5, 6);
    assertLinearizable();
  }

  @Test
  void searchThatNeedsTooMuchMemoryIsGivenUp() {
    for (int i = 1; i < 40; i++) {
      unknownWrite(i, 0);
    }
    read(100, 1, 2);
    assertThat(check().kind()).isEqualTo(Kind.UNDECIDED);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void longHistoryWithLostAnswersIsDecided(long seed) {
    simulate(new Random(seed), 10, 5000, 500);
    assertLinearizable();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void oneWrongReadInALongHistoryIsFound(long seed) {
    simulate(new Random(seed), 10, 5000, 1000);
    int wrong = history.size() * 3 / 4;
    Operation<Request, Integer> operation = history.get(wrong);
    history.set(
        wrong,
        new Operation<>(
            new Request(null, null), -1, operation.startNanos(), operation.startNanos() + 1));
    assertViolation();
  }

  /**
   * Clients that run at the same time on a real register; one answer in {@code lossRate} is lost.
   */
  private void simulate(Random random, int clients, int operations, int lossRate) {
    long[] free = new long[clients];
    int register = 0;
    for (int i = 1; i <= operations; i++) {
      // Operations take effect in this order, at the times 100, 200, ...
      long effect = 100L * i;
      int client = random.nextInt(clients);
      if (free[client] >= effect) {
        continue;
      }
      long start = Math.max(free[client] + 1, effect - random.nextInt(500));
      long end = effect + random.nextInt(500);
      free[client] = end;
      boolean lost = random.nextInt(lossRate) == 0;
      switch (random.nextInt(3)) {
        case 0 -> {
          register = lost && random.nextBoolean() ? register : i;
          add(new Request(i, null), lost ? null : 1, start, end);
        }
        case 1 -> {
          boolean holds = random.nextBoolean();
          add(new Request(i, holds ? register : -2), lost ? null : holds ? 1 : 0, start, end);
          register = holds ? i : register;
        }
        default -> add(new Request(null, null), lost ? null : register, start, end);
      }
    }
  }

  private void write(int value, long start, long end) {
    add(new Request(value, null), 1, start, end);
  }

  private void unknownWrite(int value, long start) {
    add(new Request(value, null), null, start, start);
  }

  private void swap(int expected, int value, boolean done, long start, long end) {
    add(new Request(value, expected), done ? 1 : 0, start, end);
  }

  private void read(int value, long start, long end) {
    add(new Request(null, null), value, start, end);
  }

  private void add(Request request, @Nullable Integer answer, long start, long end) {
    history.add(
        answer == null
            ? Operation.unknown(request, start)
            : new Operation<>(request, answer, start, end));
  }

  private Verdict<Request, Integer> check() {
    return Linearizability.check(REGISTER, history);
  }

  private void assertLinearizable() {
    assertThat(check().kind()).isEqualTo(Kind.LINEARIZABLE);
  }

  private void assertViolation() {
    assertThat(check().kind()).isEqualTo(Kind.VIOLATION);
  }
}
