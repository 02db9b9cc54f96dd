package io.metastore.core.node;

import static io.metastore.core.machine.TreeRequests.createNode;
import static io.metastore.core.machine.TreeRequests.delete;
import static io.metastore.core.machine.TreeRequests.node;
import static io.metastore.core.machine.TreeRequests.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.Outcome;
import io.metastore.core.api.UnversionedHashes;
import io.metastore.core.command.NodeOp;
import io.metastore.core.machine.TreeRequests.TestSession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members compare everything but keys while clients change znodes: no member is ever blamed. */
class HashPointTest {
  private static final Duration OFTEN = Duration.ofMillis(20);
  private static final int COMPARISONS = 30;
  private static final int CHANGES = 500;

  /** More than a segment of the log, which is only deleted as a whole. */
  private static final int LARGE_ZNODES = 20;

  private static final String LARGE = "x".repeat(1 << 20);

  @TempDir Path directory;

  @Test
  void allMembersHaveTheSameHashWhileZnodesChange() throws Exception {
    try (TestCluster cluster = started();
        Writers writers = new Writers(cluster)) {
      for (int i = 0; i < COMPARISONS || writers.changes.get() < CHANGES; i++) {
        assertThat(hash(cluster, i % 3).hashes()).hasSize(3);
      }
    }
  }

  @Test
  void aMemberThatWasAwayHasTheSameHash() throws Exception {
    try (TestCluster cluster = started();
        Writers writers = new Writers(cluster)) {
      for (int restart = 0; restart < 3; restart++) {
        cluster.stop(2);
        for (int i = 0; i < 4; i++) {
          assertThat(hash(cluster, i % 2).hashes()).hasSize(2);
        }
        comeBack(cluster);
      }
      assertThat(writers.changes).hasPositiveValue();
    }
  }

  @Test
  void aMemberThatReceivedACheckpointHasTheSameHash() throws Exception {
    try (TestCluster cluster = started();
        Writers writers = new Writers(cluster)) {
      long applied = cluster.node(2).cluster().appliedIndex();
      cluster.stop(2);
      TestSession session = TestCluster.openSession(cluster.node(0), 3);
      for (int i = 0; i < LARGE_ZNODES; i++) {
        NodeOp large = createNode(node("/large" + i, LARGE));
        assertThat(cluster.node(0).submit(session.change(large)).get(60, TimeUnit.SECONDS))
            .isInstanceOf(Outcome.TreeChanged.class);
      }
      assertThat(hash(cluster, 0).hashes()).hasSize(2);
      assertThat(cluster.node(0).checkpoint().get(60, TimeUnit.SECONDS)).isTrue();
      assertThat(cluster.node(1).checkpoint().get(60, TimeUnit.SECONDS)).isTrue();
      comeBack(cluster);
      assertThat(cluster.checkpoints(2))
          .as("indexes of checkpoints, of which it has made none itself after it was away")
          .anyMatch(index -> index > applied);
      assertThat(writers.changes).hasPositiveValue();
    }
  }

  /** Three members that compare often. Their logs can begin at a checkpoint. */
  private TestCluster started() throws Exception {
    TestCluster cluster = new TestCluster(directory, 3);
    cluster.corruption = new CorruptionConfig(true, OFTEN, OFTEN);
    cluster.catchupEntries = 0;
    return cluster.startAll();
  }

  private static void comeBack(TestCluster cluster) throws Exception {
    Node late = cluster.start(2);
    assertThat(hash(cluster, 0).hashes()).isNotEmpty();
    late.ready().get(60, TimeUnit.SECONDS);
    assertThat(hash(cluster, 2).hashes()).hasSize(3);
    assertThat(cluster.stopped).isEmpty();
  }

  /** The hashes that a member gets, which must be equal. */
  private static UnversionedHashes hash(TestCluster cluster, int number) throws Exception {
    UnversionedHashes hashes = cluster.node(number).hashUnversioned().get(60, TimeUnit.SECONDS);
    assertThat(new HashSet<>(hashes.hashes().values())).as("%s", hashes).hasSize(1);
    assertThat(cluster.node(number).cluster().alarms()).isEmpty();
    return hashes;
  }

  /** Two clients that change znodes through the first two members until they are closed. */
  private static final class Writers implements AutoCloseable {
    final AtomicInteger changes = new AtomicInteger();
    private final AtomicBoolean done = new AtomicBoolean();
    private final List<CompletableFuture<Void>> running = new ArrayList<>();

    Writers(TestCluster cluster) throws Exception {
      for (int number = 0; number < 2; number++) {
        TestSession session = TestCluster.openSession(cluster.node(number), number + 1);
        running.add(change(cluster.node(number), session, "/w" + number, 0));
      }
    }

    private CompletableFuture<Void> change(
        Node member, TestSession session, String path, int step) {
      if (done.get()) {
        return CompletableFuture.completedFuture(null);
      }
      NodeOp op =
          switch (step % 3) {
            case 0 -> createNode(node(path, "data" + step));
            case 1 -> set(path, "other" + step, -1);
            default -> delete(path, -1);
          };
      return member
          .submit(session.change(op))
          .thenComposeAsync(
              outcome -> {
                assertThat(outcome).isInstanceOf(Outcome.TreeChanged.class);
                changes.incrementAndGet();
                return change(member, session, path, step + 1);
              });
    }

    @Override
    public void close() {
      done.set(true);
      running.forEach(writer -> writer.orTimeout(60, TimeUnit.SECONDS).join());
    }
  }
}
