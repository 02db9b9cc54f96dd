package io.metastore.bench.faults.metastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.faults.metastore.Attempt.Fence;
import io.metastore.bench.faults.metastore.Attempt.Outcome;
import io.metastore.bench.faults.metastore.Timeline.Change;
import io.metastore.bench.faults.metastore.Timeline.Step;
import io.metastore.bench.faults.metastore.Timeline.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Clients 1 to 9 want the lock exclusively, clients from 10 on share it. */
class FenceOrderTest {
  @Test
  void successiveHoldersMayWrite() {
    assertThat(check(place(2, 1), place(3, 2), write(4, 2), write(5, 2), gone(6, 1), write(7, 3)))
        .isEmpty();
  }

  @Test
  void waiterMayNotWrite() {
    assertThat(check(place(2, 1), place(3, 2), write(4, 3))).hasSize(1);
    assertThat(check(place(2, 1), place(3, 10), write(4, 3))).hasSize(1);
    assertThat(check(place(2, 10), place(3, 1), write(4, 3))).hasSize(1);
  }

  @Test
  void sharedHolderMayWriteUnlessAnEarlierExclusiveRequestWaits() {
    assertThat(check(place(2, 10), place(3, 11), write(4, 3), write(5, 2))).isEmpty();
    assertThat(check(place(2, 10), place(3, 1), place(4, 11), write(5, 4))).hasSize(1);
  }

  @Test
  void formerHolderMayNotWrite() {
    assertThat(check(place(2, 1), gone(3, 1), write(4, 2))).hasSize(1);
    assertThat(check(place(2, 1), gone(3, 1), place(4, 2), write(5, 2))).hasSize(1);
  }

  @Test
  void nobodyMayWriteDuringTheLockDelay() {
    assertThat(check(place(2, 1), expired(3, 1, 2), write(4, 2))).hasSize(1);
    assertThat(check(place(2, 1), expired(3, 1, 2), place(4, 2), write(5, 4))).hasSize(1);
    assertThat(check(place(2, 1), expired(3, 1, 2), place(4, 2), gone(5, 1), write(6, 4)))
        .isEmpty();
  }

  @Test
  void sharedHolderMayWriteAfterAnotherOneExpired() {
    Step[] shared = {place(2, 10), place(3, 11), expired(4, 10, 2), write(5, 3), place(6, 12)};
    assertThat(check(shared)).isEmpty();
    assertThat(check(shared[0], shared[1], shared[2], shared[3], shared[4], write(7, 6)))
        .hasSize(1);
  }

  @Test
  void writeWithoutAFenceIsDetected() {
    Step step = new Step(2, List.of(new Change("/guarded/k", new Version("nobody", 2, 2))));
    assertThat(check(step)).hasSize(1);
  }

  private static List<String> check(Step... steps) {
    List<Attempt> attempts = new ArrayList<>();
    for (Step step : steps) {
      for (Change change : step.changes()) {
        if (change.version() != null && change.version().value().startsWith("t")) {
          String id = change.version().value();
          long token = Long.parseLong(id.substring(1, id.indexOf('.')));
          attempts.add(
              new Attempt(
                  id, 0, 1, Outcome.UNKNOWN, 0, List.of(), Map.of(), new Fence("/l/a", token)));
        }
      }
    }
    return FenceOrder.violations(
        new Timeline(List.of(steps)), attempts, (lock, client) -> client < 10, "/l", "/guarded");
  }

  private static Step place(long revision, long client) {
    return new Step(
        revision, List.of(new Change(key(client), new Version("", revision, revision))));
  }

  private static Step expired(long revision, long client, long token) {
    return new Step(revision, List.of(new Change(key(client), new Version("", token, revision))));
  }

  private static Step gone(long revision, long client) {
    return new Step(revision, List.of(new Change(key(client), null)));
  }

  private static Step write(long revision, long token) {
    return new Step(
        revision,
        List.of(new Change("/guarded/k", new Version("t" + token + "." + revision, 1, revision))));
  }

  private static String key(long client) {
    return "/l/a/" + Long.toHexString(client);
  }
}
