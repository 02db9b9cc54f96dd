package io.metastore.bench.faults.zookeeper;

import static io.metastore.bench.faults.zookeeper.Story.NODE;
import static io.metastore.bench.faults.zookeeper.Story.TREE;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.faults.zookeeper.Step.Kind;
import java.util.List;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;

class WriteOrderTest {
  private static final long OWN = 7;
  private static final long OTHER = 8;
  private static final Step CREATE = Step.of(Kind.CREATE, NODE);
  private static final Step SET = Step.of(Kind.SET, NODE);
  private static final Step COUNT = Step.of(Kind.SET, TREE.counter());

  private final Story story = new Story().write(OTHER, 2, CREATE);

  @Test
  void writesInOrderAreRight() {
    story.write(OWN, 3, SET, COUNT).answer(OTHER, Code.NODEEXISTS, 0, CREATE).write(OTHER, 4, SET);
    story.read(OWN, false, true, 2, 4, 2);
    assertThat(violations()).isEmpty();
  }

  @Test
  void lostWriteIsFound() {
    story.answer(OWN, Code.OK, 3, SET);
    assertThat(violations()).singleElement().asString().contains("at zxid 3 happened []");
  }

  @Test
  void halfATransactionIsFound() {
    story.change(3, Change.Kind.SET, NODE).answer(OWN, Code.OK, 3, SET, COUNT);
    assertThat(violations()).singleElement().asString().contains("at zxid 3 happened");
  }

  @Test
  void changeThatNobodyMadeIsFound() {
    story.change(3, Change.Kind.SET, NODE);
    assertThat(violations()).singleElement().asString().contains("no request explains SET");
  }

  @Test
  void requestWithoutAnswerExplainsOneChange() {
    story.change(3, Change.Kind.SET, NODE).answer(OWN, Code.CONNECTIONLOSS, 0, SET);
    assertThat(violations()).isEmpty();
    story.change(4, Change.Kind.SET, NODE);
    assertThat(violations()).singleElement().asString().contains("1 times");
  }

  @Test
  void writeThatTakesEffectTwiceIsFound() {
    story.change(3, Change.Kind.SET, NODE).answer(OWN, Code.CONNECTIONLOSS, 0, SET);
    story.change(4, Change.Kind.SET, NODE).answer(OTHER, Code.CONNECTIONLOSS, 0, SET);
    String id = Long.toHexString(OWN) + ".1";
    story.read(OTHER, false, false, stat(3, 1), id).read(OTHER, false, false, stat(4, 2), id);
    assertThat(violations()).singleElement().asString().contains("took effect twice");
  }

  @Test
  void requestsOfASessionOutOfOrderAreFoundAlsoWithoutAnswers() {
    story.change(4, Change.Kind.SET, NODE).answer(OWN, Code.CONNECTIONLOSS, 0, SET);
    story.change(3, Change.Kind.SET, NODE).answer(OWN, Code.CONNECTIONLOSS, 0, SET);
    String first = Long.toHexString(OWN) + ".1";
    String second = Long.toHexString(OWN) + ".2";
    story
        .read(OTHER, false, false, stat(3, 1), second)
        .read(OTHER, false, false, stat(4, 2), first);
    assertThat(violations()).singleElement().asString().contains("although an earlier one did");
  }

  @Test
  void writeBeforeAnAnsweredOneIsFound() {
    story.write(OWN, 4, SET).write(OTHER, 3, SET);
    assertThat(violations()).last().asString().contains("after an answer of zxid 4");
  }

  @Test
  void refusedWriteThatTookEffectIsFound() {
    story
        .change(3, Change.Kind.SET, NODE)
        .answer(OWN, Code.BADVERSION, 0, new Step(Kind.SET, NODE, 9));
    story.read(OTHER, false, false, stat(3, 1), Long.toHexString(OWN) + ".1");
    assertThat(violations()).singleElement().asString().contains("was refused, but took effect");
  }

  @Test
  void refusalForAReasonOfThePastIsFound() {
    story.write(OTHER, 3, Step.of(Kind.DELETE, NODE), COUNT);
    story.answer(OWN, Code.NODEEXISTS, 0, CREATE);
    assertThat(violations()).singleElement().asString().contains("after an answer of zxid 3");
  }

  @Test
  void staleReadAfterASyncIsFound() {
    story.write(OTHER, 3, SET).read(OWN, false, false, 2, 2, 0);
    assertThat(violations()).isEmpty();
    story.read(OWN, false, true, 2, 2, 0);
    assertThat(violations()).singleElement().asString().contains("after an answer of zxid 3");
  }

  private static Stat stat(long modified, int version) {
    Stat stat = new Stat();
    stat.setCzxid(2);
    stat.setMzxid(modified);
    stat.setVersion(version);
    return stat;
  }

  private List<String> violations() {
    return WriteOrder.of(story.timeline(), TREE, story.histories()).violations();
  }
}
