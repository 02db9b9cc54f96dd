package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.command.HashReply;
import io.metastore.core.command.HashReply.Refusal;
import io.metastore.core.machine.Commands;
import io.metastore.core.machine.Machines;
import io.metastore.core.machine.TestMachine;
import io.metastore.core.machine.UnversionedHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HashPointsTest {
  @RegisterExtension final Machines machines = new Machines();

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private long applied;

  @Test
  void aMemberThatLagsAnswersWhenItReachesThePoint() {
    TestMachine machine = machines.open();
    HashPoints points = new HashPoints(() -> applied, tasks::add);
    long point = machine.state().index() + 2;
    CompletableFuture<HashReply> asked = points.at(Math.max(2, point));
    machine.apply(Commands.put("a", "1"));
    machine.apply(Commands.put("a", "2"));
    reach(points, machine);
    machine.apply(Commands.put("a", "3"));
    assertThat(asked).isNotDone();
    runTasks();
    assertThat(asked.join().getRefusal()).isEqualTo(Refusal.NONE);
    assertThat(asked.join().getHashedRevision()).isEqualTo(machine.state().revision() - 1);
    assertThat(asked.join().getHash())
        .isEqualTo(points.at(machine.state().index() - 1).join().getHash())
        .isNotEqualTo(machine.<Integer>read(UnversionedHash::of));
  }

  @Test
  void aPointThatTheMemberHasNotReachedByTheLogIsUnknown() {
    HashPoints points = new HashPoints(() -> applied, tasks::add);
    applied = 100;
    assertThat(points.at(99).join().getRefusal()).isEqualTo(Refusal.UNKNOWN_POINT);
    assertThat(points.at(101)).isNotDone();
  }

  @Test
  void ofManyPointsTheOldestAreOmittedAndAllViewsAreReleased() {
    TestMachine machine = machines.open();
    HashPoints points = new HashPoints(() -> applied, tasks::add);
    int open = machine.storage().openSnapshots();
    List<Long> reached = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      machine.apply(Commands.put("a", "" + i));
      reach(points, machine);
      reached.add(machine.state().index());
    }
    assertThat(machine.storage().openSnapshots()).isBetween(open + 1, open + 4);
    runTasks();
    assertThat(machine.storage().openSnapshots()).isEqualTo(open);
    List<Refusal> refusals =
        reached.stream().map(index -> points.at(index).join().getRefusal()).toList();
    assertThat(refusals.subList(0, 6)).containsOnly(Refusal.UNKNOWN_POINT);
    assertThat(refusals.subList(6, 10)).containsOnly(Refusal.NONE);
  }

  @Test
  void aPointIsUnknownIfItCannotBeHashed() {
    TestMachine machine = machines.open();
    HashPoints busy =
        new HashPoints(
            () -> applied,
            task -> {
              throw new RejectedExecutionException();
            });
    HashPoints closed = new HashPoints(() -> applied, tasks::add);
    int open = machine.storage().openSnapshots();
    machine.apply(Commands.put("a", "1"));
    reach(busy, machine);
    reach(closed, machine);
    closed.close();
    runTasks();
    for (HashPoints points : List.of(busy, closed)) {
      assertThat(points.at(applied).join().getRefusal()).isEqualTo(Refusal.UNKNOWN_POINT);
    }
    assertThat(machine.storage().openSnapshots()).isEqualTo(open);
  }

  private void reach(HashPoints points, TestMachine machine) {
    points.reached(machine.view());
    applied = machine.state().index();
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }
}
