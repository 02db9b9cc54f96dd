package io.metastore.bench.faults.zookeeper;

import static io.metastore.bench.faults.zookeeper.Story.TREE;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.faults.zookeeper.Step.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatchOrderTest {
  private static final String FIRST = Tree.owned(TREE.latch(), 7, "0000000001");
  private static final String SECOND = Tree.owned(TREE.latch(), 8, "0000000002");
  private static final Step WRITE = Step.of(Kind.SET, TREE.guarded());

  private final Story story =
      new Story()
          .change(2, Change.Kind.CREATED, FIRST)
          .change(3, Change.Kind.CREATED, SECOND)
          .write(7, 4, Step.of(Kind.CHECK, FIRST), WRITE);

  @Test
  void oneLeaderAfterTheOtherIsRight() {
    story.change(5, Change.Kind.DELETED, FIRST).write(8, 6, Step.of(Kind.CHECK, SECOND), WRITE);
    assertThat(violations()).isEmpty();
  }

  @Test
  void secondLeaderAtTheSameTimeIsFound() {
    story.write(8, 5, Step.of(Kind.CHECK, SECOND), WRITE);
    assertThat(violations()).singleElement().asString().contains(FIRST + " led");
  }

  @Test
  void writeAfterTheEndOfTheTermIsFound() {
    story.change(5, Change.Kind.DELETED, FIRST).write(7, 6, Step.of(Kind.CHECK, FIRST), WRITE);
    assertThat(violations()).singleElement().asString().contains("without being a candidate");
  }

  private List<String> violations() {
    Timeline timeline = story.timeline();
    return LatchOrder.violations(
        timeline,
        TREE,
        story.histories(),
        WriteOrder.of(timeline, TREE, story.histories()).effects());
  }
}
