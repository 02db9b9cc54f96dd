package io.metastore.bench.linearizable;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Searches for an order of all operations that explains every answer, in which no operation comes
 * after one that started when it had already ended.
 *
 * <p>This is the algorithm of Wing and Gong with Lowe's improvement, as in Porcupine: a depth-first
 * search that appends one operation at a time and enters no configuration (the set of operations
 * placed so far, and the state) twice. Operations without an answer may take effect late or never;
 * they are tried only where no answered operation fits, because most of them are not needed.
 *
 * <p>The search is exponential in the number of operations that run at the same time, and of those
 * without an answer. Objects that are independent of each other should be checked separately.
 */
public final class Linearizability<S, I, O> {
  /** A configuration takes about 200 bytes. */
  private static final int CONFIGURATIONS_MAX = 300_000;

  private final Model<S, I, O> model;

  /** In the order of their starts. */
  private final List<Operation<I, O>> answered;

  /** In the opposite order. */
  private final List<Operation<I, O>> unknown;

  private final BitSet placed = new BitSet();
  private final BitSet placedUnknown = new BitSet();
  private final List<Step<S>> path = new ArrayList<>();
  private final Set<Configuration<S>> entered = new HashSet<>();
  private List<Operation<I, O>> longest = List.of();
  private List<Operation<I, O>> stuck = List.of();

  private S state;

  /**
   * An operation that was placed.
   *
   * @param number its place in the candidates: answered operations first, then those without
   * @param before the state before it
   */
  private record Step<S>(int number, S before) {}

  /**
   * @param first number of answered operations that are all placed
   * @param placed the placed ones among the answered operations from there on
   */
  private record Configuration<S>(int first, BitSet placed, BitSet unknown, S state) {}

  private Linearizability(Model<S, I, O> model, Collection<Operation<I, O>> history) {
    this.model = model;
    this.state = model.initial();
    if (history.isEmpty()) {
      answered = List.of();
      unknown = List.of();
      return;
    }
    long origin = history.iterator().next().startNanos();
    Comparator<Operation<I, O>> byStart =
        Comparator.comparingLong(operation -> operation.startNanos() - origin);
    answered =
        history.stream().filter(operation -> operation.answer() != null).sorted(byStart).toList();
    // Most unknown operations that took effect at all did so soon after their start.
    unknown =
        history.stream()
            .filter(operation -> operation.answer() == null)
            .sorted(byStart.reversed())
            .toList();
  }

  /**
   * Checks a history. Takes memory for at most 300,000 configurations.
   *
   * @param history the operations on one object, in any order
   */
  public static <S, I, O> Verdict<I, O> check(
      Model<S, I, O> model, Collection<Operation<I, O>> history) {
    return new Linearizability<>(model, history).search();
  }

  private Verdict<I, O> search() {
    int candidate = 0;
    while (placed.cardinality() < answered.size()) {
      candidate = findNext(candidate);
      if (candidate >= 0) {
        candidate = 0;
      } else if (path.isEmpty()) {
        remember();
        return new Verdict<>(Verdict.Kind.VIOLATION, longest, stuck);
      } else {
        candidate = takeBack() + 1;
      }
      if (entered.size() > CONFIGURATIONS_MAX) {
        return new Verdict<>(Verdict.Kind.UNDECIDED, List.of(), List.of());
      }
    }
    return new Verdict<>(Verdict.Kind.LINEARIZABLE, List.of(), List.of());
  }

  /**
   * Places the first candidate from this number on that fits and leads to a new configuration.
   *
   * @return its number; -1 if there is none
   */
  private int findNext(int from) {
    List<Integer> candidates = candidates();
    for (int number : candidates) {
      if (number >= from && place(number)) {
        return number;
      }
    }
    return -1;
  }

  /**
   * The operations that may come next: those that started before any operation that is not placed
   * yet had ended.
   */
  private List<Integer> candidates() {
    List<Integer> candidates = new ArrayList<>();
    int number = placed.nextClearBit(0);
    long firstEnd = answered.get(number).endNanos();
    for (; number < answered.size(); number = placed.nextClearBit(number + 1)) {
      Operation<I, O> operation = answered.get(number);
      if (operation.startNanos() - firstEnd > 0) {
        break;
      }
      candidates.add(number);
      firstEnd = operation.endNanos() - firstEnd < 0 ? operation.endNanos() : firstEnd;
    }
    number = placedUnknown.nextClearBit(0);
    for (; number < unknown.size(); number = placedUnknown.nextClearBit(number + 1)) {
      if (unknown.get(number).startNanos() - firstEnd <= 0) {
        candidates.add(answered.size() + number);
      }
    }
    return candidates;
  }

  private boolean place(int number) {
    Operation<I, O> operation = operation(number);
    @Nullable S next = model.step(state, operation.request(), operation.answer());
    if (next == null || (operation.answer() == null && next.equals(state))) {
      return false; // impossible, or of no use
    }
    mark(number, true);
    int first = placed.nextClearBit(0);
    if (!entered.add(
        new Configuration<>(
            first,
            placed.get(first, Math.max(first, placed.length())),
            (BitSet) placedUnknown.clone(),
            next))) {
      mark(number, false);
      return false;
    }
    path.add(new Step<>(number, state));
    state = next;
    return true;
  }

  /** Takes back the last operation and returns its number. */
  private int takeBack() {
    remember();
    Step<S> last = path.remove(path.size() - 1);
    mark(last.number(), false);
    state = last.before();
    return last.number();
  }

  private void remember() {
    if (path.size() > longest.size() || stuck.isEmpty()) {
      longest = path.stream().map(step -> operation(step.number())).toList();
      stuck = candidates().stream().map(this::operation).toList();
    }
  }

  private Operation<I, O> operation(int number) {
    return number < answered.size() ? answered.get(number) : unknown.get(number - answered.size());
  }

  private void mark(int number, boolean set) {
    if (number < answered.size()) {
      placed.set(number, set);
    } else {
      placedUnknown.set(number - answered.size(), set);
    }
  }
}
