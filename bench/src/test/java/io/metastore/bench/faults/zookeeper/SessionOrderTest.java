package io.metastore.bench.faults.zookeeper;

import static io.metastore.bench.faults.zookeeper.Story.NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.faults.zookeeper.Note.Disconnected;
import io.metastore.bench.faults.zookeeper.Step.Kind;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.junit.jupiter.api.Test;

class SessionOrderTest {
  private static final long OWN = 7;
  private static final long OTHER = 8;
  private static final Step CREATE = Step.of(Kind.CREATE, NODE);
  private static final Step SET = Step.of(Kind.SET, NODE);
  private static final Step DELETE = Step.of(Kind.DELETE, NODE);

  /** The node is created at zxid 2, set at 3, and set at 4. */
  private final Story story = new Story().write(OTHER, 2, CREATE).write(OTHER, 3, SET);

  @Test
  void statesThatGoForwardWithTheirEventsAreRight() {
    story
        .read(OWN, true, false, 2, 3, 1)
        .write(OTHER, 4, SET)
        .told(OWN, EventType.NodeDataChanged, 4)
        .read(OWN, true, false, 2, 4, 2)
        .write(OTHER, 5, DELETE)
        .note(OWN, new Disconnected())
        .told(OWN, EventType.NodeDeleted, -1)
        .readNothing(OWN);
    assertThat(violations()).isEmpty();
  }

  @Test
  void readOfAnOlderStateIsFound() {
    story.write(OWN, 4, SET).read(OWN, false, false, 2, 3, 1);
    assertThat(violations()).singleElement().asString().contains("was shown before");
  }

  @Test
  void readOfAStateThatNeverWasIsFound() {
    story.read(OWN, false, false, 2, 3, 5);
    assertThat(violations()).singleElement().asString().contains("never was so");
  }

  @Test
  void absenceAfterTheCreationWasShownIsFound() {
    story.read(OWN, false, false, 2, 3, 1).readNothing(OWN);
    assertThat(violations()).singleElement().asString().contains("the znode exists");
  }

  @Test
  void lostEventIsFound() {
    story.read(OWN, true, false, 2, 3, 1).write(OTHER, 4, SET).read(OWN, false, false, 2, 4, 2);
    assertThat(violations()).singleElement().asString().contains("was not told of the change");
  }

  @Test
  void eventAfterAnAnswerThatShowsItsChangeIsFound() {
    story.read(OWN, true, false, 2, 3, 1).write(OWN, 4, SET);
    story.told(OWN, EventType.NodeDataChanged, 4);
    assertThat(violations()).first().asString().contains("was not told of the change");
  }

  @Test
  void eventOfALaterChangeIsFound() {
    story.read(OWN, true, false, 2, 3, 1).write(OTHER, 4, SET).write(OTHER, 5, SET);
    story.told(OWN, EventType.NodeDataChanged, 5);
    assertThat(violations()).singleElement().asString().contains("the next change was at zxid 4");
  }

  /**
   * The node was set at zxid 4, while no member was watched; 6 is the next change that is known.
   */
  @Test
  void eventWithoutAZxidMayBeOfAnUnknownChange() {
    Step other = Step.of(Kind.SET, Story.TREE.node(1));
    story
        .read(OWN, true, false, 2, 3, 1)
        .write(OTHER, 6, SET)
        .told(OWN, EventType.NodeDataChanged, -1)
        .write(OWN, 5, other);
    Timeline timeline =
        new Timeline(List.of(story.span("a", 0, 3), story.span("b", 4, 10)), new ArrayList<>());
    assertThat(SessionOrder.violations(timeline, story.history(OWN, 0, 0))).isEmpty();
    assertThat(violations()).singleElement().asString().contains("after an answer or event");
  }

  /**
   * Between zxid 3 and 4, someone made version 2 of the node; 6 is the next change that is known.
   */
  @Test
  void refusalMayHaveItsReasonInAnUnknownChange() {
    Step versioned = new Step(Kind.SET, NODE, 1);
    story
        .read(OWN, false, false, 2, 3, 1)
        .write(OTHER, 6, SET)
        .answer(OWN, Code.BADVERSION, 0, versioned)
        .write(OWN, 5, Step.of(Kind.SET, Story.TREE.node(1)));
    Timeline timeline =
        new Timeline(List.of(story.span("a", 0, 3), story.span("b", 4, 10)), new ArrayList<>());
    assertThat(timeline.firstUnknown(2)).isEqualTo(4);
    assertThat(timeline.firstUnknown(5)).isEqualTo(Timeline.NEVER);
    assertThat(SessionOrder.violations(timeline, story.history(OWN, 0, 0))).isEmpty();
    assertThat(violations()).singleElement().asString().contains("after an answer or event");
  }

  @Test
  void eventOfTheWrongKindIsFound() {
    story.read(OWN, true, false, 2, 3, 1).write(OTHER, 4, DELETE);
    story.told(OWN, EventType.NodeDataChanged, 4);
    assertThat(violations()).singleElement().asString().contains("but it was told");
  }

  @Test
  void secondEventOfAWatchIsFound() {
    story.read(OWN, true, false, 2, 3, 1).write(OTHER, 4, SET);
    story.told(OWN, EventType.NodeDataChanged, 4).told(OWN, EventType.NodeDataChanged, 4);
    assertThat(violations()).singleElement().asString().contains("had no watch");
  }

  @Test
  void ownWritesOutOfOrderAreFound() {
    story.write(OWN, 5, SET).write(OWN, 4, SET);
    assertThat(violations()).singleElement().asString().contains("after an answer or event");
  }

  @Test
  void refusalWithoutAReasonIsFound() {
    story.answer(OWN, Code.NODEEXISTS, 0, CREATE);
    assertThat(violations()).isEmpty();
    story.write(OTHER, 4, SET).write(OWN, 5, SET).answer(OWN, Code.NONODE, 0, SET);
    assertThat(violations()).singleElement().asString().contains("was refused");
  }

  @Test
  void deletionThatDidNotHappenIsFound() {
    story.answer(OWN, Code.OK, 0, DELETE);
    assertThat(violations()).singleElement().asString().contains("did not happen");
  }

  private List<String> violations() {
    return SessionOrder.violations(story.timeline(), story.history(OWN, 0, 0));
  }
}
