package io.metastore.adapter.metastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.v1.DeleteTreeRequest;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.Event;
import io.metastore.api.v1.ExecuteRequest;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.Put;
import io.metastore.api.v1.PutRequest;
import io.metastore.api.v1.TransactionsGrpc;
import io.metastore.api.v1.WatchRequest;
import io.metastore.api.v1.WatchResponse;
import io.metastore.api.v1.Write;
import io.metastore.core.command.Command;
import io.metastore.core.command.Compact;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WatchTest {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private NativeServer server;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private KeyValueGrpc.KeyValueBlockingStub kv;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    server = NativeServer.start(directory);
    kv = KeyValueGrpc.newBlockingStub(server.channel);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void firstResponseHasTheRevisionAfterWhichEventsAreReported() {
    long revision = put("/first/a");

    WatchResponse first = watch(WatchRequest.newBuilder().setKey("/first/a")).next();
    WatchResponse past =
        watch(WatchRequest.newBuilder().setKey("/first/a").setStartRevision(revision)).next();

    assertThat(first.getEventsList()).isEmpty();
    assertThat(first.getRevision()).isGreaterThanOrEqualTo(revision);
    assertThat(past.getRevision()).isEqualTo(revision - 1);
  }

  @Test
  void watchesOfKeyDirectoryAndSubtreeSeeTheirKeys() {
    long start = put("/kinds/d") + 1;
    put("/kinds/d");
    put("/kinds/d/child");
    put("/kinds/d/child/deep");
    put("/kinds/d-sibling");
    put("/kinds/d/last");

    assertThat(keys(WatchRequest.newBuilder().setKey("/kinds/d").setStartRevision(start), 1))
        .containsExactly("/kinds/d");
    assertThat(keys(WatchRequest.newBuilder().setDirectory("/kinds/d").setStartRevision(start), 2))
        .containsExactly("/kinds/d/child", "/kinds/d/last");
    assertThat(keys(WatchRequest.newBuilder().setSubtree("/kinds/d").setStartRevision(start), 3))
        .containsExactly("/kinds/d/child", "/kinds/d/child/deep", "/kinds/d/last");
  }

  @Test
  void eventsReportPutsAndDeletesWithPreviousEntries() {
    long created = put("/events/a");
    Received<WatchRequest, WatchResponse> watch =
        watch(
            WatchRequest.newBuilder()
                .setSubtree("/events")
                .setStartRevision(created)
                .setReturnPrevious(true));
    long deleted =
        kv.deleteTree(DeleteTreeRequest.newBuilder().setPath("/events").build()).getRevision();

    List<Event> events = events(watch, 2);

    assertThat(events.get(0).getKind()).isEqualTo(Event.Kind.PUT);
    assertThat(events.get(0).hasPrevious()).isFalse();
    assertThat(events.get(1).getKind()).isEqualTo(Event.Kind.DELETE);
    assertThat(events.get(1).getEntry().getKey()).isEqualTo("/events/a");
    assertThat(events.get(1).getEntry().getModRevision()).isEqualTo(deleted);
    assertThat(events.get(1).getPrevious().getModRevision()).isEqualTo(created);
  }

  @Test
  void transactionIsOneResponse() {
    Received<WatchRequest, WatchResponse> watch =
        watch(WatchRequest.newBuilder().setSubtree("/whole"));
    watch.next();
    ExecuteRequest.Builder request = ExecuteRequest.newBuilder();
    for (int i = 0; i < 1000; i++) {
      request.addWrites(Write.newBuilder().setPut(Put.newBuilder().setKey("/whole/" + i)).build());
    }

    long revision =
        TransactionsGrpc.newBlockingStub(server.channel).execute(request.build()).getRevision();

    WatchResponse response = watch.next();
    assertThat(response.getEventsCount()).isEqualTo(1000);
    assertThat(response.getRevision()).isEqualTo(revision);
  }

  @Test
  void watchContinuesWhereAnotherEnded() {
    Received<WatchRequest, WatchResponse> first =
        watch(WatchRequest.newBuilder().setSubtree("/resume"));
    first.next();
    put("/resume/a");
    WatchResponse last = first.next();
    first.cancel();
    put("/resume/b");
    put("/resume/c");

    assertThat(
            keys(
                WatchRequest.newBuilder()
                    .setSubtree("/resume")
                    .setStartRevision(last.getRevision() + 1),
                2))
        .containsExactly("/resume/b", "/resume/c");
  }

  @Test
  void readerThatPausesMissesNothing() {
    Received<WatchRequest, WatchResponse> watch = new Received<>(1);
    KeyValueGrpc.newStub(server.channel)
        .watch(WatchRequest.newBuilder().setSubtree("/pause").build(), watch);
    watch.next();
    for (int i = 0; i < 20; i++) {
      put("/pause/" + i);
    }
    assertThat(watch.isQuiet()).isTrue();

    watch.read(100);

    assertThat(events(watch, 20))
        .extracting(event -> event.getEntry().getKey())
        .endsWith("/pause/19")
        .doesNotHaveDuplicates();
  }

  @Test
  void directoryWatchReportsProgressIfOnlyDeeperKeysChange() {
    Received<WatchRequest, WatchResponse> watch =
        watch(WatchRequest.newBuilder().setDirectory("/deep"));
    long start = watch.next().getRevision();
    List<Command> puts = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      puts.add(WriteTranslator.toCommand(PutRequest.newBuilder().setKey("/deep/a/b").build()));
    }
    puts.forEach(server.node()::submit);

    WatchResponse mark = watch.next();

    assertThat(mark.getEventsList()).isEmpty();
    assertThat(mark.getRevision()).isGreaterThanOrEqualTo(start + 1000);
  }

  @Test
  void compactedStartEndsTheWatch(@TempDir Path directory) throws Exception {
    try (NativeServer own = NativeServer.start(directory)) {
      var store = KeyValueGrpc.newBlockingStub(own.channel);
      store.put(PutRequest.newBuilder().setKey("/a").build());
      long revision = store.put(PutRequest.newBuilder().setKey("/a").build()).getRevision();
      own.node()
          .submit(
              Command.newBuilder().setCompact(Compact.newBuilder().setRevision(revision)).build())
          .get(NativeServer.TIMEOUT_S, TimeUnit.SECONDS);
      Received<WatchRequest, WatchResponse> watch = new Received<>(10);
      KeyValueGrpc.newStub(own.channel)
          .watch(WatchRequest.newBuilder().setKey("/a").setStartRevision(1).build(), watch);

      assertThat(watch.error())
          .isEqualTo(
              ErrorDetail.newBuilder().setReason(Reason.COMPACTED).setRevision(revision).build());
    }
  }

  @Test
  void malformedWatchesAreRefused() {
    assertThat(watch(WatchRequest.newBuilder()).error())
        .isEqualTo(
            ErrorDetail.newBuilder().setReason(Reason.BAD_REQUEST).setField("target").build());
    assertThat(watch(WatchRequest.newBuilder().setKey("/a").setStartRevision(-1)).error())
        .isEqualTo(
            ErrorDetail.newBuilder()
                .setReason(Reason.BAD_REQUEST)
                .setField("start_revision")
                .build());
    assertThat(watch(WatchRequest.newBuilder().setDirectory("a")).error().getReason())
        .isEqualTo(Reason.BAD_PATH);
  }

  private long put(String key) {
    return kv.put(PutRequest.newBuilder().setKey(key).build()).getRevision();
  }

  private Received<WatchRequest, WatchResponse> watch(WatchRequest.Builder request) {
    Received<WatchRequest, WatchResponse> watch = new Received<>(1000);
    KeyValueGrpc.newStub(server.channel).watch(request.build(), watch);
    return watch;
  }

  private List<String> keys(WatchRequest.Builder request, int count) {
    return events(watch(request), count).stream().map(event -> event.getEntry().getKey()).toList();
  }

  /** Waits for this many events, and checks that the responses are in order. */
  private static List<Event> events(Received<WatchRequest, WatchResponse> watch, int count) {
    List<Event> events = new ArrayList<>();
    long revision = 0;
    while (events.size() < count) {
      WatchResponse response = watch.next();
      assertThat(response.getRevision()).isGreaterThanOrEqualTo(revision);
      revision = response.getRevision();
      events.addAll(response.getEventsList());
    }
    return events;
  }
}
