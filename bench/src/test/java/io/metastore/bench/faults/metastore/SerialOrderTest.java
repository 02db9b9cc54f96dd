package io.metastore.bench.faults.metastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.faults.metastore.Attempt.Outcome;
import io.metastore.bench.faults.metastore.Attempt.Read;
import io.metastore.bench.faults.metastore.Attempt.Seen;
import io.metastore.bench.faults.metastore.Timeline.Change;
import io.metastore.bench.faults.metastore.Timeline.Step;
import io.metastore.bench.faults.metastore.Timeline.Version;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SerialOrderTest {
  private static final Timeline A_THEN_B =
      new Timeline(List.of(step(2, put("/t/x", "a", 2)), step(3, put("/t/y", "b", 3))));

  @Test
  void correctReadsAreAccepted() {
    assertThat(
            check(
                A_THEN_B,
                done("a", 0, 1, 1, Map.of("/t/x", "a"), range()),
                done("b", 2, 3, 2, Map.of("/t/y", "b"), range("/t/x", 2, "a")),
                done("r", 4, 5, 3, Map.of(), range("/t/x", 2, "a", "/t/y", 3, "b"))))
        .isEmpty();
  }

  @Test
  void lostUpdateIsDetected() {
    Timeline timeline =
        new Timeline(List.of(step(2, put("/t/x", "a", 2)), step(3, put("/t/x", "b", 3))));
    assertThat(
            check(
                timeline,
                done("a", 0, 9, 1, Map.of("/t/x", "a"), range()),
                done("b", 0, 9, 1, Map.of("/t/x", "b"), range())))
        .singleElement()
        .asString()
        .contains("at its commit 3");
  }

  @Test
  void writeSkewIsDetected() {
    // Each attempt read the key that the other one wrote, before it was written.
    assertThat(
            check(
                A_THEN_B,
                done("a", 0, 9, 1, Map.of("/t/x", "a"), key("/t/y")),
                done("b", 0, 9, 1, Map.of("/t/y", "b"), key("/t/x"))))
        .singleElement()
        .asString()
        .contains("at its commit 3");
  }

  @Test
  void phantomIsDetected() {
    assertThat(
            check(
                A_THEN_B,
                done("a", 0, 9, 1, Map.of("/t/x", "a")),
                done("b", 0, 9, 1, Map.of("/t/y", "b"), new Read("/t/w", "/t/y", false, found()))))
        .hasSize(1);
  }

  @Test
  void readThatDiffersFromTheSnapshotIsDetected() {
    assertThat(
            check(
                A_THEN_B,
                done("a", 0, 9, 1, Map.of("/t/x", "a")),
                done("b", 0, 9, 2, Map.of("/t/y", "b")),
                new Attempt("r", 0, 9, Outcome.NOT_DONE, 2, List.of(key("/t/x")), Map.of(), null)))
        .singleElement()
        .asString()
        .contains("at its snapshot");
  }

  @Test
  void refusedWriteThatTookEffectIsDetected() {
    assertThat(
            check(
                A_THEN_B,
                done("a", 0, 9, 1, Map.of("/t/x", "a")),
                new Attempt("b", 0, 9, Outcome.NOT_DONE, 1, List.of(), Map.of("/t/y", "b"), null)))
        .hasSize(1);
  }

  @Test
  void writeWithUnknownOutcomeMayTakeEffectOnceOrNever() {
    assertThat(
            check(
                A_THEN_B,
                unknown("a", Map.of("/t/x", "a")),
                unknown("b", Map.of("/t/y", "b")),
                unknown("c", Map.of("/t/y", "c"))))
        .isEmpty();
    Timeline twice =
        new Timeline(List.of(step(2, put("/t/x", "a", 2)), step(3, put("/t/x", "a", 3))));
    assertThat(check(twice, unknown("a", Map.of("/t/x", "a")))).hasSize(1);
  }

  @Test
  void lostWriteIsDetected() {
    assertThat(
            check(
                A_THEN_B,
                done("a", 0, 9, 1, Map.of("/t/x", "a")),
                done("b", 0, 9, 1, Map.of("/t/y", "b")),
                done("c", 0, 9, 1, Map.of("/t/y", "c"))))
        .hasSize(1);
  }

  @Test
  void partialTransactionIsDetected() {
    assertThat(
            check(
                A_THEN_B,
                done("a", 0, 9, 1, Map.of("/t/x", "a", "/t/z", "a")),
                done("b", 0, 9, 1, writes("/t/y", "b", "/t/x", null))))
        .hasSize(2);
  }

  @Test
  void deleteOfAMissingKeyHasNoEffect() {
    assertThat(
            check(
                A_THEN_B,
                done("a", 0, 9, 1, writes("/t/x", "a", "/t/q", null)),
                done("b", 0, 9, 1, Map.of("/t/y", "b"))))
        .isEmpty();
  }

  @Test
  void writeOfAnUnknownClientIsDetected() {
    assertThat(check(A_THEN_B, done("a", 0, 9, 1, Map.of("/t/x", "a")))).hasSize(1);
    Timeline other = new Timeline(List.of(step(2, put("/other/x", "a", 2))));
    assertThat(check(other)).isEmpty();
  }

  @Test
  void staleSnapshotIsDetected() {
    assertThat(
            check(
                A_THEN_B,
                done("a", 0, 1, 1, Map.of("/t/x", "a")),
                done("b", 2, 3, 1, Map.of("/t/y", "b"))))
        .singleElement()
        .asString()
        .contains("stale read");
  }

  @Test
  void orderThatContradictsTheClockIsDetected() {
    assertThat(
            check(
                A_THEN_B,
                done("b", 0, 1, 0, Map.of("/t/y", "b")),
                done("a", 2, 3, 0, Map.of("/t/x", "a"))))
        .hasSize(1);
  }

  private static List<String> check(Timeline timeline, Attempt... attempts) {
    return SerialOrder.violations(timeline, List.of(attempts), List.of("/t"));
  }

  private static Attempt done(
      String id,
      long start,
      long end,
      long snapshot,
      Map<String, @Nullable String> writes,
      Read... reads) {
    return new Attempt(id, start, end, Outcome.DONE, snapshot, Arrays.asList(reads), writes, null);
  }

  private static Attempt unknown(String id, Map<String, @Nullable String> writes) {
    return new Attempt(id, 0, 9, Outcome.UNKNOWN, 1, List.of(), writes, null);
  }

  private static Map<String, @Nullable String> writes(
      String key, @Nullable String value, String other, @Nullable String otherValue) {
    Map<String, @Nullable String> writes = new HashMap<>();
    writes.put(key, value);
    writes.put(other, otherValue);
    return writes;
  }

  private static Read range(Object... found) {
    return new Read("/t/", "/t0", true, found(found));
  }

  private static Read key(String key) {
    return new Read(key, key + "\0", true, found());
  }

  private static Map<String, Seen> found(Object... keysRevisionsAndValues) {
    Map<String, Seen> found = new TreeMap<>();
    for (int i = 0; i < keysRevisionsAndValues.length; i += 3) {
      found.put(
          (String) keysRevisionsAndValues[i],
          new Seen(
              (Integer) keysRevisionsAndValues[i + 1], (String) keysRevisionsAndValues[i + 2]));
    }
    return found;
  }

  private static Step step(long revision, Change... changes) {
    return new Step(revision, List.of(changes));
  }

  private static Change put(String key, String value, long revision) {
    return new Change(key, new Version(value, revision, revision));
  }
}
