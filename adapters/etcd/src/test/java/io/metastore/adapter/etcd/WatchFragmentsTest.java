package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.Values.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.etcdapi.mvccpb.Event;
import io.metastore.etcdapi.mvccpb.KeyValue;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WatchFragmentsTest {

  @Test
  void smallResponseStaysWhole() {
    WatchResponse whole = response(10, 10);

    assertThat(WatchFragments.split(whole, 1000)).containsExactly(whole);
  }

  @Test
  void fragmentsStayBelowTheLimitAndAreAsLargeAsTheyCanBe() {
    WatchResponse whole = response(20, 50);
    int eventBytes = whole.getEvents(0).getSerializedSize();

    List<WatchResponse> fragments = WatchFragments.split(whole, 300);

    assertThat(fragments).hasSizeGreaterThan(3);
    assertThat(fragments).allMatch(fragment -> fragment.getSerializedSize() < 300);
    assertThat(fragments.subList(0, fragments.size() - 1))
        .allMatch(fragment -> fragment.getSerializedSize() + eventBytes + 2 >= 300);
  }

  @Test
  void allButTheLastAreMarkedAndTogetherTheyAreTheWhole() {
    WatchResponse whole = response(20, 50);

    List<WatchResponse> fragments = WatchFragments.split(whole, 300);

    assertThat(fragments.subList(0, fragments.size() - 1)).allMatch(WatchResponse::getFragment);
    assertThat(fragments.get(fragments.size() - 1).getFragment()).isFalse();
    assertThat(fragments)
        .allMatch(
            fragment ->
                fragment.getWatchId() == 7 && fragment.getHeader().equals(whole.getHeader()));
    assertThat(fragments.stream().flatMap(fragment -> fragment.getEventsList().stream()))
        .containsExactlyElementsOf(whole.getEventsList());
  }

  @Test
  void eventLargerThanTheLimitIsSentAlone() {
    WatchResponse whole = response(3, 500);

    assertThat(WatchFragments.split(whole, 300))
        .hasSize(3)
        .allMatch(fragment -> fragment.getEventsCount() == 1);
  }

  @Test
  void singleEventIsNoFragmentHoweverLarge() {
    WatchResponse whole = response(1, 500);

    assertThat(WatchFragments.split(whole, 300)).containsExactly(whole);
  }

  private static WatchResponse response(int events, int valueBytes) {
    WatchResponse.Builder response =
        WatchResponse.newBuilder()
            .setHeader(ResponseHeader.newBuilder().setRevision(9))
            .setWatchId(7);
    for (int i = 0; i < events; i++) {
      response.addEvents(
          Event.newBuilder()
              .setKv(
                  KeyValue.newBuilder()
                      .setKey(bytes("%03d".formatted(i)))
                      .setValue(bytes("x".repeat(valueBytes)))));
    }
    return response.build();
  }
}
