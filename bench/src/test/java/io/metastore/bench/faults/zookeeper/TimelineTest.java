package io.metastore.bench.faults.zookeeper;

import static io.metastore.bench.faults.zookeeper.Story.NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.faults.zookeeper.Change.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private final Story story =
      new Story()
          .change(2, Kind.CREATED, NODE)
          .change(5, Kind.SET, NODE)
          .change(8, Kind.SET, NODE)
          .change(9, Kind.DELETED, NODE);

  private final List<String> violations = new ArrayList<>();

  @Test
  void watchesThatOverlapHaveNoGap() {
    Timeline timeline =
        new Timeline(List.of(story.span("a", 0, 5), story.span("b", 4, 10)), violations);
    assertThat(violations).isEmpty();
    assertThat(timeline.hasGap(0, 10)).isFalse();
    assertThat(timeline.at(NODE, 8).version()).isEqualTo(2);
    assertThat(timeline.at(NODE, 9).isAbsent()).isTrue();
  }

  @Test
  void stateAfterAGapIsUnknownUntilTheNextChange() {
    Timeline timeline =
        new Timeline(List.of(story.span("a", 0, 4), story.span("b", 7, 10)), violations);
    assertThat(timeline.at(NODE, 4).version()).isZero();
    assertThat(timeline.at(NODE, 7).isUnknown()).isTrue();
    assertThat(timeline.at(NODE, 8).exists()).isTrue();
    assertThat(timeline.at(NODE, 8).version()).isEqualTo(Timeline.UNKNOWN_VERSION);
    assertThat(timeline.covers(6)).isFalse();
    assertThat(timeline.covers(8)).isTrue();
  }

  @Test
  void changeThatOneMemberDoesNotReportIsFound() {
    var unaware = new Timeline.Span("b", 0, 10, List.of(), Map.of());
    var unused = new Timeline(List.of(story.span("a", 0, 4), unaware), violations);
    assertThat(violations).singleElement().asString().contains("b was not told of");
  }
}
