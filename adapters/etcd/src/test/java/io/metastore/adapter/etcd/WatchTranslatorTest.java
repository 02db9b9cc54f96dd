package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.Values.NO_UPPER_BOUND;
import static io.metastore.adapter.etcd.Values.bytes;
import static io.metastore.adapter.etcd.Values.header;
import static io.metastore.adapter.etcd.Values.keyValue;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest.FilterType;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.etcdapi.mvccpb.Event;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WatchTranslatorTest {

  @Test
  void negativeStartRevisionIsRefusedAsCompacted() {
    assertThat(
            WatchTranslator.findRefusal(
                WatchCreateRequest.newBuilder().setStartRevision(-1).build(), null))
        .isEqualTo("etcdserver: mvcc: required revision has been compacted");
  }

  @Test
  void emptyRangeIsRefused() {
    assertThat(WatchTranslator.findRefusal(create("b", "a").build(), null))
        .isEqualTo("mvcc: watcher range is empty");
    assertThat(WatchTranslator.findRefusal(create("a", "a").build(), null))
        .isEqualTo("mvcc: watcher range is empty");
    assertThat(WatchTranslator.findRefusal(create("a", "b").build(), null)).isNull();
  }

  @Test
  void rangeWithoutUpperBoundIsNotEmpty() {
    WatchCreateRequest request = create("b", "").setRangeEnd(NO_UPPER_BOUND).build();

    assertThat(WatchTranslator.findRefusal(request, null)).isNull();
    assertThat(WatchTranslator.toSpec(request).rangeEnd()).isEqualTo(NO_UPPER_BOUND);
  }

  @Test
  void noKeyMeansTheSmallestKey() {
    assertThat(WatchTranslator.toSpec(WatchCreateRequest.getDefaultInstance()).key())
        .isEqualTo(NO_UPPER_BOUND);
  }

  @Test
  void everyOptionReachesTheStore() {
    WatchCreateRequest request =
        create("a", "b")
            .setStartRevision(5)
            .setPrevKv(true)
            .setProgressNotify(true)
            .addFilters(FilterType.NOPUT)
            .build();

    assertThat(WatchTranslator.toSpec(request))
        .isEqualTo(new WatchSpec(bytes("a"), bytes("b"), 5, false, true, true, true));
  }

  @Test
  void filtersDropTheirKindAndUnknownFiltersDropNothing() {
    assertThat(WatchTranslator.toSpec(create("a", "").addFilters(FilterType.NODELETE).build()))
        .isEqualTo(new WatchSpec(bytes("a"), ByteString.EMPTY, 0, true, false, false, false));
    assertThat(WatchTranslator.toSpec(create("a", "").addFiltersValue(9).build()))
        .isEqualTo(new WatchSpec(bytes("a"), ByteString.EMPTY, 0, true, true, false, false));
  }

  @Test
  void encodedEventsAreThoseOfTheMessage() throws Exception {
    WatchMessage.Events events =
        new WatchMessage.Events(
            3,
            9,
            List.of(
                new WatchEvent(WatchEvent.Kind.PUT, keyValue("a", "2", 8), keyValue("a", "1", 7)),
                new WatchEvent(WatchEvent.Kind.DELETE, KeyValue.tombstone(bytes("b"), 9), null)));

    assertThat(WatchResponse.parseFrom(WatchTranslator.encodeEvents(header(9), events)))
        .isEqualTo(WatchTranslator.toEvents(header(9), events));
  }

  @Test
  void deleteEventHasOnlyKeyAndRevision() {
    WatchEvent put =
        new WatchEvent(WatchEvent.Kind.PUT, keyValue("a", "2", 8), keyValue("a", "1", 7));
    WatchEvent delete =
        new WatchEvent(WatchEvent.Kind.DELETE, KeyValue.tombstone(bytes("a"), 9), null);

    WatchResponse response =
        WatchTranslator.toEvents(header(9), new WatchMessage.Events(3, 9, List.of(put, delete)));

    assertThat(response.getWatchId()).isEqualTo(3);
    assertThat(response.getHeader()).isEqualTo(header(9));
    assertThat(response.getEvents(0).getType()).isEqualTo(Event.EventType.PUT);
    assertThat(response.getEvents(0).getPrevKv().getValue()).isEqualTo(bytes("1"));
    assertThat(response.getEvents(1))
        .isEqualTo(
            Event.newBuilder()
                .setType(Event.EventType.DELETE)
                .setKv(
                    io.metastore.etcdapi.mvccpb.KeyValue.newBuilder()
                        .setKey(bytes("a"))
                        .setModRevision(9))
                .build());
  }

  @Test
  void compactedWatchEndsWithTheRevisionAndNoReason() {
    WatchResponse response =
        WatchTranslator.toCompacted(header(0), new WatchMessage.Compacted(4, 17));

    assertThat(response)
        .isEqualTo(
            WatchResponse.newBuilder()
                .setHeader(header(0))
                .setWatchId(4)
                .setCanceled(true)
                .setCompactRevision(17)
                .build());
  }

  @Test
  void refusedWatchIsCreatedAndCancelledAtOnce() {
    assertThat(WatchTranslator.toRefused(header(6), "why"))
        .isEqualTo(
            WatchResponse.newBuilder()
                .setHeader(header(6))
                .setWatchId(-1)
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason("why")
                .build());
  }

  private static WatchCreateRequest.Builder create(String key, String rangeEnd) {
    return WatchCreateRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(rangeEnd));
  }
}
