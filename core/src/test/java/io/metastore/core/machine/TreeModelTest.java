package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.Outcome;
import io.metastore.core.api.TreeView;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.machine.TreeRequests.TestSession;
import io.metastore.core.tree.TreeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs random requests of several sessions: the tree must be equal to {@link TreeModel}. */
class TreeModelTest {
  private static final int ENTRIES = 300;
  private static final int SESSIONS = 3;
  @RegisterExtension final Machines machines = new Machines();

  private final TreeModel model = new TreeModel();
  private final List<TestSession> sessions = new ArrayList<>();
  private long timeMs;

  static LongStream seeds() {
    return Seeds.some(8);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void theTreeEqualsTheModel(long seed) {
    Random random = new Random(seed);
    TestMachine machine = machines.open();
    for (int i = 0; i < ENTRIES; i++) {
      timeMs += random.nextInt(20);
      if (sessions.size() < SESSIONS) {
        sessions.add(TreeRequests.open(machine, random.nextLong()));
      }
      int events = model.events.size();
      Applied applied = step(random, machine);
      assertThat(
              applied.treeEvents().stream()
                  .map(event -> event.kind() + " " + event.path() + " " + event.revision()))
          .isEqualTo(model.events.subList(events, model.events.size()));
      assertThat(applied.revision()).isEqualTo(model.revision);
      checkTree(new TreeReader(machine.storage()));
      if (random.nextInt(40) == 0) {
        machine.restart();
      }
      if (random.nextInt(20) == 0) {
        StoreInvariants.check(machine.storage());
      }
    }
  }

  private Applied step(Random random, TestMachine machine) {
    TestSession session = sessions.get(random.nextInt(sessions.size()));
    int kind = random.nextInt(100);
    if (kind < 3) {
      sessions.remove(session);
      Applied applied = apply(machine, session.end());
      model.endSession(session.id);
      return applied;
    }
    if (kind < 6) {
      return apply(machine, session.attach(random.nextLong(), "secret"));
    }
    if (kind < 16) {
      Command reap = new RandomTreeRequests(random).reap();
      Applied applied = apply(machine, reap);
      model.reap(reap.getReapNode().getPath(), timeMs);
      return applied;
    }
    Command change = new RandomTreeRequests(random).change(session);
    Outcome expected = model.change(change.getTreeChange(), timeMs);
    Applied applied = apply(machine, change);
    assertThat(applied.slices().get(0).outcomes().get(0)).as("%s", change).isEqualTo(expected);
    return applied;
  }

  private Applied apply(TestMachine machine, Command command) {
    CommandBatch batch = TestMachine.batch(List.of(command)).toBuilder().setTimeMs(timeMs).build();
    return machine.apply(batch);
  }

  private void checkTree(TreeView tree) {
    assertThat(tree.countDescendants("/")).isEqualTo(model.nodes.size() - 1);
    model.nodes.forEach(
        (path, node) -> {
          TreeView.Node found = requireNonNull(tree.find(path), path);
          assertThat(found.stat()).as(path).isEqualTo(model.stat(path));
          assertThat(found.acl().entries()).as(path).isEqualTo(node.acl);
          assertThat(tree.children(path)).as(path).isEqualTo(model.children(path));
          assertThat(tree.findData(path)).as(path).isEqualTo(Commands.bytes(node.data));
        });
    for (TestSession session : sessions) {
      assertThat(tree.ephemerals(session.id))
          .isEqualTo(
              model.nodes.keySet().stream()
                  .filter(path -> requireNonNull(model.nodes.get(path)).session == session.id)
                  .toList());
    }
  }
}
