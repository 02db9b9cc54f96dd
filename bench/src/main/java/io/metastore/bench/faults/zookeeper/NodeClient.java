package io.metastore.bench.faults.zookeeper;

import io.metastore.bench.faults.zookeeper.Step.Kind;
import io.metastore.bench.server.ClientLinks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.data.Stat;

/**
 * Reads, writes and watches a few znodes, with several requests on their way at once, and creates
 * ephemeral ones.
 */
final class NodeClient extends SessionClient {
  private static final int NODES = 4;
  private static final int PIPELINE_MAX = 6;
  private static final int EPHEMERALS_MAX = 3;

  private final Tree tree;

  /** The versions that it saw last, so that some of its conditions hold. Guarded by this. */
  private final Map<String, Integer> versions = new HashMap<>();

  private int ephemerals;

  NodeClient(String name, long seed, ClientLinks links, Journal journal, Tree tree) {
    super(name, seed, links, journal);
    this.tree = tree;
  }

  @Override
  void opened(RecordedSession opened) {
    ephemerals = 0;
  }

  @Override
  void step(RecordedSession session) throws InterruptedException {
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    for (int i = 1 + random.nextInt(PIPELINE_MAX); i > 0; i--) {
      answers.add(request(session));
    }
    for (CompletableFuture<Answer> answer : answers) {
      await(answer);
    }
    if (random.nextInt(200) == 0) {
      if (random.nextBoolean()) {
        crash();
      } else {
        endSession();
      }
    }
  }

  private CompletableFuture<Answer> request(RecordedSession session) {
    String path = tree.node(random.nextInt(NODES));
    int dice = random.nextInt(100);
    if (dice < 30) {
      CompletableFuture<Answer> answer =
          session.data(path, random.nextBoolean(), random.nextInt(3) == 0);
      var unused = answer.thenAccept(found -> learn(path, found));
      return answer;
    } else if (dice < 38) {
      return session.exists(path, random.nextBoolean());
    } else if (dice < 44) {
      return session.children(tree.sessions(), random.nextBoolean(), random.nextBoolean());
    } else if (dice < 64) {
      return session.write(new Step(Kind.SET, path, Step.ANY_VERSION));
    } else if (dice < 72) {
      return session.write(new Step(Kind.SET, path, knownVersion(path)));
    } else if (dice < 80) {
      return session.write(Step.of(Kind.CREATE, path));
    } else if (dice < 84) {
      return session.write(new Step(Kind.DELETE, path, knownVersion(path)));
    } else if (dice < 90 && ephemerals < EPHEMERALS_MAX) {
      String owned = Tree.owned(tree.sessions(), session.id(), "e" + ephemerals++);
      return random.nextBoolean()
          ? session.write(Step.of(Kind.CREATE_EPHEMERAL, owned))
          : session.write(Step.of(Kind.CREATE_EPHEMERAL, owned), Step.of(Kind.SET, tree.counter()));
    }
    return transaction(session, path);
  }

  /** A {@code multi}, whose answer contains its zxid because it sets the counter. */
  private CompletableFuture<Answer> transaction(RecordedSession session, String path) {
    String other = tree.node(NODES); // used by transactions only
    Step condition = new Step(Kind.CHECK, path, knownVersion(path));
    Step count = Step.of(Kind.SET, tree.counter());
    return switch (random.nextInt(4)) {
      case 0 -> session.write(condition, count);
      case 1 -> session.write(condition, Step.of(Kind.CREATE, other), count);
      case 2 -> session.write(Step.of(Kind.DELETE, other), condition, count);
      default -> session.write(Step.of(Kind.SET, path), Step.of(Kind.SET, other), count);
    };
  }

  private synchronized int knownVersion(String path) {
    return versions.getOrDefault(path, 0);
  }

  private synchronized void learn(String path, Answer found) {
    Stat stat = found.stat();
    if (stat == null) {
      versions.remove(path);
    } else {
      versions.put(path, stat.getVersion());
    }
  }
}
