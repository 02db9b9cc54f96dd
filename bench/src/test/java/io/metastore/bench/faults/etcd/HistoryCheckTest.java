package io.metastore.bench.faults.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.faults.etcd.Journal.Snapshot;
import io.metastore.bench.linearizable.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HistoryCheckTest {
  private static final String A = EtcdClient.PREFIX + "key/a";
  private static final String B = EtcdClient.PREFIX + "key/b";

  private final List<Change> changes = new ArrayList<>();
  private final List<Operation<Request, Answer>> operations = new ArrayList<>();
  private final List<Snapshot> snapshots = new ArrayList<>();
  private long nanos;

  @Test
  void callsThatAgreeWithTheChangesAreRight() {
    put(2, A, "x", 2, 1);
    answered("x", Map.of(A, "x"), Map.of(), 2);
    put(3, A, "y", 2, 2);
    put(3, B, "y", 3, 1);
    answered("y", Map.of(A, "y", B, "y"), Map.of(A, "x"), 3);
    delete(4, A);
    answered("z", deletion(A), Map.of(A, "y"), 4);
    put(5, A, "u", 5, 1);
    unanswered("u", Map.of(A, "u"));
    unanswered("v", Map.of(A, "v"));
    read("r", Map.of(A, "u", B, "y"), 5);
    snapshots.add(new Snapshot(2, Set.of(A, B), Map.of(A, "x")));
    assertThat(violations()).isEmpty();
  }

  @Test
  void restoredSnapshotMustContainAllKeysAndNoOthers() {
    put(2, A, "x", 2, 1);
    put(3, B, "y", 3, 1);
    unanswered("x", Map.of(A, "x"));
    unanswered("y", Map.of(B, "y"));
    snapshots.add(new Snapshot(3, null, Map.of(A, "x", B, "y")));
    assertThat(violations()).isEmpty();
    snapshots.add(new Snapshot(3, null, Map.of(A, "x")));
    assertThat(violations()).singleElement().asString().contains("the state of " + B);
    snapshots.clear();
    snapshots.add(new Snapshot(2, null, Map.of(A, "x", B, "y")));
    assertThat(violations()).singleElement().asString().contains("the state of " + B);
  }

  @Test
  void acknowledgedWriteThatIsMissingIsLost() {
    answered("x", Map.of(A, "x"), Map.of(), 2);
    assertThat(violations()).singleElement().asString().contains("is lost");
  }

  @Test
  void acknowledgedDeletionThatIsMissingIsLost() {
    put(2, A, "x", 2, 1);
    answered("x", Map.of(A, "x"), Map.of(), 2);
    answered("y", deletion(A), Map.of(A, "x"), 3);
    assertThat(violations()).anyMatch(violation -> violation.contains("is lost"));
  }

  @Test
  void writeThatTakesEffectTwiceIsFound() {
    put(2, A, "x", 2, 1);
    put(3, A, "x", 2, 2);
    unanswered("x", Map.of(A, "x"));
    assertThat(violations()).singleElement().asString().contains("took effect twice");
  }

  @Test
  void changeThatNobodyMadeIsFound() {
    put(2, A, "x", 2, 1);
    assertThat(violations()).singleElement().asString().contains("does not belong to one call");
  }

  @Test
  void transactionThatIsAppliedInPartIsFound() {
    put(2, A, "x", 2, 1);
    unanswered("x", Map.of(A, "x", B, "x"));
    assertThat(violations()).singleElement().asString().contains("revision 2 is");
  }

  @Test
  void wrongVersionIsFound() {
    put(2, A, "x", 2, 1);
    put(3, A, "y", 2, 3);
    unanswered("x", Map.of(A, "x"));
    unanswered("y", Map.of(A, "y"));
    assertThat(violations()).hasSize(1);
  }

  @Test
  void staleReadIsFoundEvenIfItIsOfAnotherKey() {
    put(2, A, "x", 2, 1);
    answered("x", Map.of(A, "x"), Map.of(), 2);
    operations.add(
        new Operation<>(
            new Request("r", Map.of(), Map.of(), Set.of(B)),
            new Answer(true, Map.of(), 1),
            nanos + 6,
            nanos + 7));
    assertThat(violations()).singleElement().asString().contains("began after the answer");
  }

  @Test
  void serializableReadOfAStateThatNeverWasIsFound() {
    put(2, A, "x", 2, 1);
    unanswered("x", Map.of(A, "x"));
    snapshots.add(new Snapshot(2, Set.of(A), Map.of()));
    assertThat(violations()).singleElement().asString().contains("the state of");
  }

  private List<String> violations() {
    return HistoryCheck.violations(changes, operations, snapshots);
  }

  private void put(long revision, String key, String value, long created, long version) {
    changes.add(new Change(revision, key, value, created, version, 0));
  }

  private void delete(long revision, String key) {
    changes.add(new Change(revision, key, null, 0, 0, 0));
  }

  private static Map<String, @Nullable String> deletion(String key) {
    Map<String, @Nullable String> writes = new HashMap<>();
    writes.put(key, null);
    return writes;
  }

  /** A call that follows all earlier ones. */
  private void answered(
      String id, Map<String, @Nullable String> writes, Map<String, String> before, long revision) {
    nanos += 10;
    operations.add(
        new Operation<>(
            new Request(id, Map.of(), writes, Set.of()),
            new Answer(true, before, revision),
            nanos,
            nanos + 5));
  }

  private void unanswered(String id, Map<String, @Nullable String> writes) {
    nanos += 10;
    operations.add(Operation.unknown(new Request(id, Map.of(), writes, Set.of()), nanos));
  }

  private void read(String id, Map<String, String> found, long revision) {
    nanos += 10;
    operations.add(
        new Operation<>(
            new Request(id, Map.of(), Map.of(), found.keySet()),
            new Answer(true, found, revision),
            nanos,
            nanos + 5));
  }
}
