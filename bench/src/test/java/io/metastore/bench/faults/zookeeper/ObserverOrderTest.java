package io.metastore.bench.faults.zookeeper;

import static io.metastore.bench.faults.zookeeper.Story.NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.faults.zookeeper.Change.Kind;
import io.metastore.bench.faults.zookeeper.Note.Disconnected;
import java.util.List;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.junit.jupiter.api.Test;

class ObserverOrderTest {
  private static final long OWN = 7;

  private final Story story =
      new Story()
          .change(2, Kind.CREATED, NODE)
          .change(3, Kind.SET, NODE)
          .change(4, Kind.SET, NODE)
          .change(5, Kind.DELETED, NODE)
          .told(OWN, EventType.NodeCreated, 2);

  @Test
  void everyEventInOrderIsRight() {
    story.told(OWN, EventType.NodeDataChanged, 3).told(OWN, EventType.NodeDataChanged, 4);
    assertThat(violations()).isEmpty();
  }

  @Test
  void eventsMayBeMissingWhileTheClientIsNotConnected() {
    story.note(OWN, new Disconnected()).told(OWN, EventType.NodeDataChanged, 4);
    assertThat(violations()).isEmpty();
  }

  @Test
  void missingEventIsFound() {
    story.told(OWN, EventType.NodeDataChanged, 4).told(OWN, EventType.NodeDeleted, 5);
    assertThat(violations()).singleElement().asString().contains("was told []");
  }

  @Test
  void repeatedEventIsFound() {
    story.told(OWN, EventType.NodeCreated, 2);
    assertThat(violations()).singleElement().asString().contains("told twice");
  }

  @Test
  void reorderedEventIsFound() {
    story.told(OWN, EventType.NodeDataChanged, 4).told(OWN, EventType.NodeDataChanged, 3);
    assertThat(violations()).first().asString().contains("after an event of zxid 4");
  }

  private List<String> violations() {
    return ObserverOrder.violations(story.timeline(), story.history(OWN, 0, 0));
  }
}
