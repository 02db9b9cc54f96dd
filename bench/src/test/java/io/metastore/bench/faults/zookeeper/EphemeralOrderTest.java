package io.metastore.bench.faults.zookeeper;

import static io.metastore.bench.faults.zookeeper.Story.TREE;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.faults.zookeeper.Step.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EphemeralOrderTest {
  private static final long OWN = 7;
  private static final String A = Tree.owned(TREE.sessions(), OWN, "a");
  private static final String B = Tree.owned(TREE.latch(), OWN, "0000000001");

  private final Story story =
      new Story()
          .write(OWN, 2, Step.of(Kind.CREATE_EPHEMERAL, A))
          .write(OWN, 3, Step.of(Kind.CREATE_EPHEMERAL, B));

  @Test
  void allTogetherAfterTheTimeIsRight() {
    end(4, A, B);
    assertThat(violations(0, 0)).isEmpty();
  }

  @Test
  void closedSessionMayEndAtAnyTime() {
    end(4, A, B);
    assertThat(violations(1_000, 1)).isEmpty();
  }

  @Test
  void endBeforeTheTimeIsFound() {
    end(4, A, B);
    assertThat(violations(1_000_000_000, 0)).singleElement().asString().contains("early");
  }

  @Test
  void severalRevisionsAreFound() {
    end(4, A);
    end(5, B);
    assertThat(violations(0, 0)).singleElement().asString().contains("several revisions");
  }

  @Test
  void nodeThatIsLeftIsFound() {
    end(4, A);
    assertThat(violations(0, 0)).singleElement().asString().contains("left");
  }

  @Test
  void creationThatNoWatchReportedIsNoViolation() {
    Story unwatched = new Story().change(4, Change.Kind.DELETED, A);
    List<SessionHistory> histories = List.of(unwatched.history(OWN, 0, 0));
    assertThat(EphemeralOrder.violations(unwatched.timeline(), TREE, histories, Map.of()))
        .isEmpty();
  }

  @Test
  void writeAfterTheEndIsFound() {
    end(4, A, B);
    story.write(OWN, 5, Step.of(Kind.SET, TREE.counter()));
    assertThat(violations(0, 0)).singleElement().asString().contains("and then");
  }

  private void end(long zxid, String... paths) {
    for (String path : paths) {
      story.change(zxid, Change.Kind.DELETED, path);
    }
  }

  private List<String> violations(long promisedNanos, long closingNanos) {
    List<SessionHistory> histories = List.of(story.history(OWN, promisedNanos, closingNanos));
    Timeline timeline = story.timeline();
    return EphemeralOrder.violations(
        timeline, TREE, histories, WriteOrder.of(timeline, TREE, histories).effects());
  }
}
