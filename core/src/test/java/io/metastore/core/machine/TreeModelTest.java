package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.Outcome;
import io.metastore.core.api.TreeView;
import io.metastore.core.command.AclEntry;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.CreateNode;
import io.metastore.core.command.Identity;
import io.metastore.core.command.NodeOp;
import io.metastore.core.command.ReapNode;
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
  private static final List<String> PATHS =
      List.of("/a", "/a/b", "/a/b/c", "/a/c", "/a-", "/ab", "/d", "/d/b", "/zookeeper", "/");
  private static final Identity ALICE = TreeRequests.identity("digest", "alice:1");
  private static final Identity BOB = TreeRequests.identity("digest", "bob:2");

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
      String path = PATHS.get(random.nextInt(PATHS.size()));
      Command reap = Command.newBuilder().setReapNode(ReapNode.newBuilder().setPath(path)).build();
      Applied applied = apply(machine, reap);
      model.reap(path, timeMs);
      return applied;
    }
    NodeOp[] ops = new NodeOp[random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1];
    for (int i = 0; i < ops.length; i++) {
      ops[i] = op(random);
    }
    List<Identity> client =
        switch (random.nextInt(3)) {
          case 0 -> List.of(ALICE);
          case 1 -> List.of(BOB, ALICE);
          default -> List.of();
        };
    Command change = session.change(client, ops);
    Outcome expected = model.change(change.getTreeChange(), timeMs);
    Applied applied = apply(machine, change);
    assertThat(applied.slices().get(0).outcomes().get(0)).as("%s", change).isEqualTo(expected);
    return applied;
  }

  private Applied apply(TestMachine machine, Command command) {
    CommandBatch batch = TestMachine.batch(List.of(command)).toBuilder().setTimeMs(timeMs).build();
    return machine.apply(batch);
  }

  private NodeOp op(Random random) {
    String path = PATHS.get(random.nextInt(PATHS.size()));
    int version = random.nextInt(3) == 0 ? random.nextInt(3) : -1;
    return switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> {
        CreateNode.Kind kind = CreateNode.Kind.forNumber(random.nextInt(4));
        CreateNode.Builder create =
            TreeRequests.node(path.equals("/") ? "/e" : path, data(random))
                .setKind(requireNonNull(kind))
                .setSequential(random.nextInt(4) == 0);
        if (kind == CreateNode.Kind.TTL) {
          create.setTtlMs(1 + random.nextInt(100));
        }
        if (random.nextInt(3) == 0) {
          create.clearAcl().addAcl(acl(random)).addAcl(TreeRequests.entry(8, "world", "anyone"));
        }
        yield TreeRequests.createNode(create);
      }
      case 4, 5 -> TreeRequests.delete(path, version);
      case 6, 7 -> TreeRequests.set(path, data(random), version);
      case 8 ->
          random.nextBoolean()
              ? TreeRequests.setAcl(path, version, acl(random))
              : TreeRequests.setAcl(path, version, TreeRequests.ANYONE);
      default -> TreeRequests.check(path, version);
    };
  }

  private static AclEntry acl(Random random) {
    Identity identity = random.nextBoolean() ? ALICE : BOB;
    return AclEntry.newBuilder()
        .setPermissions(1 + random.nextInt(31))
        .setIdentity(identity)
        .build();
  }

  private static String data(Random random) {
    return "x".repeat(random.nextInt(3));
  }

  private void checkTree(TreeView tree) {
    assertThat(tree.countDescendants("/")).isEqualTo(model.nodes.size() - 1);
    model.nodes.forEach(
        (path, node) -> {
          TreeView.Node found = requireNonNull(tree.find(path), path);
          assertThat(found.stat()).as(path).isEqualTo(model.stat(path));
          assertThat(found.acl().entries()).as(path).isEqualTo(node.acl);
          assertThat(tree.children(path)).as(path).isEqualTo(model.children(path));
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
