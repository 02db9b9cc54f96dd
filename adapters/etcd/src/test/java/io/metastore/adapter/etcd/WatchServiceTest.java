package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.ServiceFixture.next;
import static io.metastore.adapter.etcd.Values.bytes;
import static io.metastore.adapter.etcd.Values.keyValue;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;
import io.metastore.etcdapi.etcdserverpb.WatchCancelRequest;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchProgressRequest;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The service over a store whose messages come from the test. */
final class WatchServiceTest {
  private final ServiceFixture fixture = new ServiceFixture();
  private final ServiceFixture.Client<WatchRequest, WatchResponse> client =
      new ServiceFixture.Client<>(1000);
  private final StreamObserver<WatchRequest> requests =
      WatchGrpc.newStub(fixture.channel).watch(client);
  private final FakeWatchStream stream = next(fixture.store.watchStreams);

  @AfterEach
  void close() {
    assertThat(stream.polledByTwo).as("polled by two threads at once").isFalse();
    fixture.close();
  }

  @Test
  void idsCountFromZeroAndSkipThoseInUse() {
    create(0);
    create(1);
    create(0);
    create(0);

    assertThat(
            List.of(next(stream.asked), next(stream.asked), next(stream.asked), next(stream.asked)))
        .containsExactly("create 0", "create 1", "create 2", "create 3");
  }

  @Test
  void creationIsReportedWithIdAndRevision() {
    create(0);
    stream.say(new WatchMessage.Created(0, 55));

    WatchResponse response = client.next();

    assertThat(response.getCreated()).isTrue();
    assertThat(response.getWatchId()).isZero();
    assertThat(response.getHeader().getRevision()).isEqualTo(55);
    assertThat(response.getHeader().getClusterId()).isEqualTo(11);
  }

  @Test
  void idInUseIsRefused() {
    createTold(7);
    create(7);

    WatchResponse refused = client.next();

    assertThat(refused.getCreated()).isTrue();
    assertThat(refused.getCanceled()).isTrue();
    assertThat(refused.getWatchId()).isEqualTo(-1);
    assertThat(refused.getCancelReason())
        .isEqualTo("mvcc: duplicate watch ID provided on the WatchStream");
    assertThat(refused.getHeader().getRevision()).isEqualTo(100);
  }

  @Test
  void refusalIsSentAfterEarlierCreations() {
    create(0);
    send(WatchCreateRequest.newBuilder().setStartRevision(-3));
    create(0);
    stream.say(new WatchMessage.Created(0, 1));
    stream.say(new WatchMessage.Created(1, 1));

    assertThat(List.of(client.next(), client.next(), client.next()))
        .extracting(WatchResponse::getWatchId)
        .containsExactly(0L, -1L, 1L);
  }

  @Test
  void emptyRangeIsRefused() {
    send(WatchCreateRequest.newBuilder().setKey(bytes("b")).setRangeEnd(bytes("a")));

    assertThat(client.next().getCancelReason()).isEqualTo("mvcc: watcher range is empty");
    assertThat(stream.asked).isEmpty();
  }

  @Test
  void eventsArePassedOnInOrder() {
    createTold(0);
    stream.say(events(0, 5, "a"));
    stream.say(events(0, 6, "b", "c"));

    assertThat(client.next().getEvents(0).getKv().getKey()).isEqualTo(bytes("a"));
    WatchResponse second = client.next();
    assertThat(second.getEventsCount()).isEqualTo(2);
    assertThat(second.getHeader().getRevision()).isEqualTo(6);
    assertThat(second.getFragment()).isFalse();
  }

  @Test
  void cancelIsAnsweredAndUnknownIdsAreNot() {
    createTold(4);
    cancel(99);
    cancel(4);
    assertThat(next(stream.asked)).isEqualTo("cancel 4");
    stream.say(new WatchMessage.Cancelled(4, 9));

    WatchResponse cancelled = client.next();

    assertThat(cancelled.getCanceled()).isTrue();
    assertThat(cancelled.getCreated()).isFalse();
    assertThat(cancelled.getWatchId()).isEqualTo(4);
    assertThat(cancelled.getHeader().getRevision()).isEqualTo(9);
  }

  @Test
  void cancelledIdMayBeUsedAgainAtOnce() {
    createTold(4);
    cancel(4);
    create(4);

    assertThat(List.of(next(stream.asked), next(stream.asked)))
        .containsExactly("cancel 4", "create 4");
    stream.say(new WatchMessage.Cancelled(4, 9));
    stream.say(new WatchMessage.Created(4, 9));
    stream.say(events(4, 10, "a"));
    assertThat(client.next().getCanceled()).isTrue();
    assertThat(client.next().getCreated()).isTrue();
    assertThat(client.next().getEventsCount()).isEqualTo(1);
  }

  @Test
  void compactedWatchEndsAndItsIdStaysTakenUntilCancelled() {
    createTold(4);
    stream.say(new WatchMessage.Compacted(4, 30));

    WatchResponse compacted = client.next();
    assertThat(compacted.getCanceled()).isTrue();
    assertThat(compacted.getCompactRevision()).isEqualTo(30);
    assertThat(compacted.getCancelReason()).isEmpty();
    assertThat(compacted.getHeader().getRevision()).isZero();

    create(4);
    assertThat(client.next().getCancelReason()).startsWith("mvcc: duplicate");
    cancel(4);
    assertThat(client.next().getCanceled()).isTrue();
    create(4);
    assertThat(next(stream.asked)).isEqualTo("create 4");
  }

  @Test
  void cancelDuringACompactionIsAnswered() {
    createTold(4);
    cancel(4);
    stream.say(new WatchMessage.Compacted(4, 30));

    assertThat(client.next().getCompactRevision()).isEqualTo(30);
    WatchResponse cancelled = client.next();
    assertThat(cancelled.getCanceled()).isTrue();
    assertThat(cancelled.getCompactRevision()).isZero();
    assertThat(cancelled.getWatchId()).isEqualTo(4);
  }

  @Test
  void progressOfTheStreamHasNoWatchId() {
    createTold(0);
    requests.onNext(
        WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build());
    assertThat(next(stream.asked)).isEqualTo("progress");
    stream.say(new WatchMessage.StreamProgress(77));

    WatchResponse progress = client.next();

    assertThat(progress.getWatchId()).isEqualTo(-1);
    assertThat(progress.getHeader().getRevision()).isEqualTo(77);
    assertThat(progress.getEventsCount()).isZero();
    assertThat(progress.getCreated()).isFalse();
  }

  @Test
  void progressOfOneWatchHasItsId() {
    send(WatchCreateRequest.newBuilder().setKey(bytes("a")).setProgressNotify(true));
    assertThat(stream.specs.remove().progress()).isTrue();
    stream.say(new WatchMessage.Created(0, 1));
    client.next();
    stream.say(new WatchMessage.Progress(0, 78));

    WatchResponse progress = client.next();

    assertThat(progress.getWatchId()).isZero();
    assertThat(progress.getHeader().getRevision()).isEqualTo(78);
  }

  @Test
  void filtersAndPreviousVersionsArePassedToTheStore() {
    send(
        WatchCreateRequest.newBuilder()
            .setKey(bytes("a"))
            .setPrevKv(true)
            .setStartRevision(9)
            .addFilters(WatchCreateRequest.FilterType.NODELETE));

    assertThat(next(stream.asked)).isEqualTo("create 0");
    assertThat(stream.specs.remove())
        .isEqualTo(new WatchSpec(bytes("a"), bytes(""), 9, true, false, true, false));
  }

  @Test
  void largeResponseIsFragmentedIfRequested() {
    fixture.store.cluster.maxRequestBytes = 1;
    ServiceFixture.Client<WatchRequest, WatchResponse> reader = new ServiceFixture.Client<>(100);
    StreamObserver<WatchRequest> writer = WatchGrpc.newStub(fixture.channel).watch(reader);
    FakeWatchStream large = next(fixture.store.watchStreams);
    for (boolean fragment : new boolean[] {true, false}) {
      writer.onNext(
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder().setKey(bytes("a")).setFragment(fragment))
              .build());
    }
    large.say(new WatchMessage.Created(0, 1));
    large.say(new WatchMessage.Created(1, 1));
    List<WatchEvent> events = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      events.add(
          new WatchEvent(WatchEvent.Kind.PUT, keyValue("k" + i, "x".repeat(300 * 1024), 5), null));
    }
    large.say(new WatchMessage.Events(0, 5, events));
    large.say(new WatchMessage.Events(1, 5, events));
    reader.next();
    reader.next();

    assertThat(List.of(reader.next(), reader.next(), reader.next()))
        .extracting(WatchResponse::getFragment)
        .containsExactly(true, true, false);
    assertThat(reader.next().getEventsCount()).isEqualTo(3);
  }

  @Test
  void slowReaderLeavesMessagesInTheStore() {
    ServiceFixture.Client<WatchRequest, WatchResponse> slow = new ServiceFixture.Client<>(1);
    StreamObserver<WatchRequest> writer = WatchGrpc.newStub(fixture.channel).watch(slow);
    FakeWatchStream full = next(fixture.store.watchStreams);
    writer.onNext(createRequest(0));
    full.say(new WatchMessage.Created(0, 1));
    slow.next();
    for (int revision = 2; revision < 102; revision++) {
      full.say(events(0, revision, "a"));
    }
    writer.onNext(createRequest(5));
    assertThat(next(full.asked)).isEqualTo("create 0");
    // The request after the events was handled, so the session has run.
    assertThat(next(full.asked)).isEqualTo("create 5");
    assertThat(full.unread()).isGreaterThan(90);

    slow.read(100);

    for (int revision = 2; revision < 102; revision++) {
      assertThat(slow.next().getHeader().getRevision()).isEqualTo(revision);
    }
  }

  @Test
  void unansweredRequestsAreLimited() {
    ServiceFixture.Client<WatchRequest, WatchResponse> deaf = new ServiceFixture.Client<>(0);
    StreamObserver<WatchRequest> writer = WatchGrpc.newStub(fixture.channel).watch(deaf);
    FakeWatchStream asked = next(fixture.store.watchStreams);

    for (int i = 0; i < 100; i++) {
      writer.onNext(createRequest(0));
    }

    assertThat(asked.asked).hasSize(16);
    deaf.read(1000);
    for (long id = 0; id < 100; id++) {
      assertThat(next(asked.asked)).isEqualTo("create " + id);
      asked.say(new WatchMessage.Created(id, 1));
      assertThat(deaf.next().getWatchId()).isEqualTo(id);
    }
  }

  @Test
  void halfClosedStreamContinues() {
    createTold(0);
    requests.onCompleted();
    stream.say(events(0, 5, "a"));

    assertThat(client.next().getEventsCount()).isEqualTo(1);
    assertThat(client.ended).isNotDone();
  }

  @Test
  void disconnectedClientEndsItsWatches() {
    createTold(0);
    client.cancel();

    assertThat(stream.closed.orTimeout(ServiceFixture.TIMEOUT_S, TimeUnit.SECONDS))
        .succeedsWithin(ServiceFixture.TIMEOUT_S, TimeUnit.SECONDS);
    stream.say(events(0, 5, "a"));
    assertThat(client.end().getCode()).isEqualTo(Status.Code.CANCELLED);
  }

  @Test
  void requestOfAnUnknownKindIsIgnored() {
    for (int i = 0; i < 40; i++) {
      requests.onNext(WatchRequest.getDefaultInstance());
    }
    createTold(0);
  }

  private void createTold(long id) {
    create(id);
    assertThat(next(stream.asked)).isEqualTo("create " + id);
    stream.say(new WatchMessage.Created(id, 1));
    assertThat(client.next().getCreated()).isTrue();
  }

  private void create(long id) {
    requests.onNext(createRequest(id));
  }

  private static WatchRequest createRequest(long id) {
    return WatchRequest.newBuilder()
        .setCreateRequest(WatchCreateRequest.newBuilder().setKey(bytes("a")).setWatchId(id))
        .build();
  }

  private void send(WatchCreateRequest.Builder create) {
    requests.onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
  }

  private void cancel(long id) {
    requests.onNext(
        WatchRequest.newBuilder()
            .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
            .build());
  }

  private static WatchMessage.Events events(long watchId, long revision, String... keys) {
    List<WatchEvent> events = new ArrayList<>();
    for (String key : keys) {
      events.add(new WatchEvent(WatchEvent.Kind.PUT, keyValue(key, "v", revision), null));
    }
    return new WatchMessage.Events(watchId, revision, events);
  }
}
