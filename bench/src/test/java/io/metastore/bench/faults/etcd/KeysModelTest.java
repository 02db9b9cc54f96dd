package io.metastore.bench.faults.etcd;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.linearizable.Linearizability;
import io.metastore.bench.linearizable.Operation;
import io.metastore.bench.linearizable.Verdict.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeysModelTest {
  private final List<Operation<Request, Answer>> history = new ArrayList<>();

  @Test
  void transactionsOnSeveralKeysAreChecked() {
    add(new Request("x", Map.of(), Map.of("a", "x", "b", "x"), Set.of()), Map.of(), true, 0, 1);
    add(
        new Request("y", Map.of("a", "x"), Map.of("b", "y"), Set.of()),
        Map.of("a", "x", "b", "x"),
        true,
        2,
        3);
    add(
        new Request("z", Map.of("b", "x"), Map.of("a", "z"), Set.of()),
        Map.of("a", "x", "b", "y"),
        false,
        4,
        5);
    assertThat(kind()).isEqualTo(Kind.LINEARIZABLE);
  }

  @Test
  void halfOfATransactionIsAViolation() {
    add(new Request("x", Map.of(), Map.of("a", "x", "b", "x"), Set.of()), Map.of(), true, 0, 10);
    add(new Request("r", Map.of(), Map.of(), Set.of("a", "b")), Map.of("a", "x"), true, 1, 2);
    assertThat(kind()).isEqualTo(Kind.VIOLATION);
  }

  @Test
  void manyPutsWithoutAnswerThatNobodySawDoNotMatter() {
    for (int i = 0; i < 1_000; i++) {
      history.add(
          Operation.unknown(new Request("u" + i, Map.of(), Map.of("a", "u" + i), Set.of()), 0));
    }
    add(new Request("r", Map.of(), Map.of(), Set.of("a")), Map.of("a", "u7"), true, 1, 2);
    add(new Request("s", Map.of(), Map.of(), Set.of("a")), Map.of(), true, 3, 4);
    assertThat(kind()).isEqualTo(Kind.VIOLATION);
  }

  /** Its put is overwritten before anybody sees it, but others see that it deleted a key. */
  @Test
  void requestWithoutAnswerThatAlsoDeletesMatters() {
    add(new Request("x", Map.of(), Map.of("a", "x"), Set.of()), Map.of(), true, 0, 1);
    unknown("d", Map.of(), "a", null, "b", "d");
    unknown("p", Map.of(), "b", "p");
    unknown("c", missing("a"), "a", "c");
    add(
        new Request("r", Map.of(), Map.of(), Set.of("a", "b")),
        Map.of("a", "c", "b", "p"),
        true,
        4,
        5);
    assertThat(kind()).isEqualTo(Kind.LINEARIZABLE);
  }

  private static Map<String, @Nullable String> missing(String key) {
    Map<String, @Nullable String> expected = new HashMap<>();
    expected.put(key, null);
    return expected;
  }

  private void unknown(
      String id, Map<String, @Nullable String> expected, @Nullable String... writes) {
    Map<String, @Nullable String> values = new HashMap<>();
    for (int i = 0; i < writes.length; i += 2) {
      values.put(requireNonNull(writes[i]), writes[i + 1]);
    }
    history.add(Operation.unknown(new Request(id, expected, values, Set.of()), 2));
  }

  private void add(
      Request request, Map<String, String> before, boolean succeeded, long start, long end) {
    history.add(new Operation<>(request, new Answer(succeeded, before, 0), start, end));
  }

  private Kind kind() {
    return Linearizability.check(new KeysModel(), KeysModel.relevant(history)).kind();
  }
}
