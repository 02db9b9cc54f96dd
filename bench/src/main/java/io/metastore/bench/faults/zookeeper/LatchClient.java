package io.metastore.bench.faults.zookeeper;

import io.metastore.bench.faults.zookeeper.Step.Kind;
import io.metastore.bench.server.ClientLinks;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.jspecify.annotations.Nullable;

/**
 * Takes part in elections as Curator's LeaderLatch does: it creates a sequential ephemeral znode,
 * watches the one before it, and leads while there is none.
 */
final class LatchClient extends SessionClient {
  private static final int WRITES_MAX = 12;
  private static final int WAIT_MAX_MS = 3_000;

  private final Tree tree;

  /** Its znode; null if it has none, or does not know its name. */
  private @Nullable String candidate;

  private int terms;

  LatchClient(String name, long seed, ClientLinks links, Journal journal, Tree tree) {
    super(name, seed, links, journal);
    this.tree = tree;
  }

  /** The terms in which it led, and wrote at least once. */
  int terms() {
    return terms;
  }

  @Override
  void opened(RecordedSession opened) {
    candidate = null;
  }

  @Override
  void step(RecordedSession session) throws InterruptedException {
    if (candidate == null) {
      String prefix = Tree.owned(tree.latch(), session.id(), "");
      Answer created = await(session.write(Step.of(Kind.CREATE_IN_SEQUENCE, prefix)));
      if (created.isUnknown()) {
        endSession(); // it may have created one whose name it does not know
        return;
      }
      candidate = created.isOk() ? created.names().get(0) : null;
      return;
    }
    Answer candidates = await(session.children(tree.latch(), false, random.nextBoolean()));
    if (!candidates.isOk()) {
      return;
    }
    String own = candidate.substring(tree.latch().length() + 1);
    if (!candidates.names().contains(own)) {
      candidate = null; // an earlier request to delete it did so after all
      return;
    }
    List<String> before =
        candidates.names().stream()
            .filter(other -> number(other) < number(own))
            .sorted(Comparator.comparingLong(LatchClient::number))
            .toList();
    if (before.isEmpty()) {
      lead(session, candidate);
    } else {
      awaitEnd(session, tree.latch() + "/" + before.get(before.size() - 1));
    }
  }

  /** The number that ZooKeeper has appended to a name. */
  static long number(String name) {
    return Long.parseLong(name.substring(name.lastIndexOf('-') + 1));
  }

  /** Writes a few times, always under the condition that its znode exists. */
  private void lead(RecordedSession session, String own) throws InterruptedException {
    CompletableFuture<Answer> last = new CompletableFuture<>();
    for (int i = 1 + random.nextInt(WRITES_MAX); i > 0; i--) {
      last = session.write(Step.of(Kind.CHECK, own), Step.of(Kind.SET, tree.guarded()));
      if (random.nextBoolean()) {
        await(last);
      }
    }
    if (await(last).isOk()) {
      terms++;
    }
    switch (random.nextInt(6)) {
      case 0 -> crash();
      case 1 -> endSession();
      case 2 -> {} // goes on to lead
      default -> {
        Answer resigned = await(session.write(Step.of(Kind.DELETE, own)));
        if (resigned.isOk()) {
          candidate = null;
        }
      }
    }
  }

  private void awaitEnd(RecordedSession session, String previous) throws InterruptedException {
    CompletableFuture<EventType> event = session.nextEvent();
    Answer found = await(session.exists(previous, true));
    if (found.isOk()) {
      try {
        event.get(1 + random.nextInt(WAIT_MAX_MS), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      } catch (TimeoutException e) {
        // It looks again.
      }
    }
  }
}
