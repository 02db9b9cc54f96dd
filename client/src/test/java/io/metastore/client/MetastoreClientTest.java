package io.metastore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.metastore.api.v1.DeleteRequest;
import io.metastore.api.v1.DeleteResponse;
import io.metastore.api.v1.Entry;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.Event;
import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.GetRangeResponse;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetResponse;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.PutRequest;
import io.metastore.api.v1.PutResponse;
import io.metastore.api.v1.WatchLockResponse;
import io.metastore.api.v1.WatchRequest;
import io.metastore.api.v1.WatchResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls, range reads and watches with failing servers. */
@Timeout(120)
final class MetastoreClientTest {
  private ScriptedCluster cluster;
  private MetastoreClient client;

  @BeforeEach
  void connect() throws Exception {
    cluster = new ScriptedCluster(2);
    client = cluster.client().build();
  }

  @AfterEach
  void disconnect() {
    client.close();
    cluster.close();
  }

  @Test
  void readIsRepeatedElsewhereWhenItsServerDies() throws Exception {
    CompletableFuture<GetResponse> read = client.keyValue().getAsync(get("/a"));
    assertThat(cluster.next(KeyValueGrpc.getGetMethod()).server()).isZero();
    cluster.kill(0);
    var again = cluster.next(KeyValueGrpc.getGetMethod());
    again.answer(GetResponse.newBuilder().setEntry(entry("/a", 7)).setRevision(9).build());
    assertThat(again.server()).isEqualTo(1);
    assertThat(read.get().getEntry().getModRevision()).isEqualTo(7);
  }

  /** As on a machine that stops the client's thread just before it sends the request. */
  @Test
  void attemptWhoseTimeIsOverBeforeItIsSentFailsLikeOneWithoutAReply() {
    try (MetastoreClient hasty =
        cluster
            .client()
            .attemptTimeout(Duration.ofNanos(1))
            .requestTimeout(Duration.ofMillis(20))
            .build()) {
      for (int i = 0; i < 20; i++) {
        assertThatThrownBy(() -> hasty.keyValue().getAsync(get("/a")).get())
            .hasCauseInstanceOf(MetastoreException.class);
      }
    }
  }

  @Test
  void writeWithoutAReplyIsNotRepeated() throws Exception {
    CompletableFuture<PutResponse> write = client.keyValue().putAsync(put("/a"));
    cluster.next(KeyValueGrpc.getPutMethod());
    cluster.kill(0);
    assertThatThrownBy(write::get).hasCauseInstanceOf(OutcomeUnknownException.class);
    assertThat(cluster.waiting(KeyValueGrpc.getPutMethod())).isZero();
  }

  @Test
  void writeThatCouldNotBeSentIsRepeatedElsewhere() throws Exception {
    cluster.kill(0);
    CompletableFuture<PutResponse> write = client.keyValue().putAsync(put("/a"));
    var arrived = cluster.next(KeyValueGrpc.getPutMethod());
    arrived.answer(PutResponse.newBuilder().setRevision(5).build());
    assertThat(arrived.server()).isEqualTo(1);
    assertThat(write.get().getRevision()).isEqualTo(5);
  }

  @Test
  void writeIsRepeatedElsewhereWhenTheServerKnowsNoLeader() throws Exception {
    CompletableFuture<DeleteResponse> write =
        client.keyValue().deleteAsync(DeleteRequest.newBuilder().setKey("/a").build());
    cluster.next(KeyValueGrpc.getDeleteMethod()).fail(Status.Code.UNAVAILABLE, Reason.NO_LEADER);
    var again = cluster.next(KeyValueGrpc.getDeleteMethod());
    again.answer(DeleteResponse.newBuilder().setDeleted(true).build());
    assertThat(again.server()).isEqualTo(1);
    assertThat(write.get().getDeleted()).isTrue();
  }

  @Test
  void errorsContainTheServersDetails() throws Exception {
    CompletableFuture<GetResponse> read = client.keyValue().getAsync(get("/a//b"));
    ErrorDetail detail =
        ErrorDetail.newBuilder()
            .setReason(Reason.BAD_PATH)
            .setField("key")
            .setPath("/a//b")
            .setPosition(3)
            .build();
    cluster.next(KeyValueGrpc.getGetMethod()).fail(Status.Code.INVALID_ARGUMENT, detail);
    Throwable failure = catchThrowableOfType(ExecutionException.class, read::get).getCause();
    assertThat(failure).isInstanceOf(MetastoreException.class);
    MetastoreException known = (MetastoreException) failure;
    assertThat(known.reason()).isEqualTo(Reason.BAD_PATH);
    assertThat(known.detail()).isEqualTo(detail);
    assertThat(known.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void runningCallsFailWhenTheClientIsClosed() throws Exception {
    CompletableFuture<GetResponse> read = client.keyValue().getAsync(get("/a"));
    cluster.next(KeyValueGrpc.getGetMethod());
    client.close();
    assertThatThrownBy(read::get).hasCauseInstanceOf(MetastoreException.class);
  }

  @Test
  void rangeReadContinuesAfterTheLastEntryAtTheSameRevision() throws Exception {
    List<String> keys = new CopyOnWriteArrayList<>();
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    CompletableFuture<RangeEnd> read =
        client
            .keyValue()
            .readAsync(
                GetRangeRequest.newBuilder().setKeys(Conditions.subtree("/")).setLimit(10).build(),
                entry -> {
                  keys.add(entry.getKey());
                  got.add(entry.getKey());
                });
    cluster
        .next(KeyValueGrpc.getGetRangeMethod())
        .tell(
            GetRangeResponse.newBuilder()
                .setRevision(42)
                .addEntries(entry("/a", 1))
                .addEntries(entry("/b", 2))
                .build());
    assertThat(got.poll(30, TimeUnit.SECONDS)).isEqualTo("/a");
    assertThat(got.poll(30, TimeUnit.SECONDS)).isEqualTo("/b");
    cluster.kill(0);
    var rest = cluster.next(KeyValueGrpc.getGetRangeMethod());
    assertThat(rest.request().getAfter()).isEqualTo("/b");
    assertThat(rest.request().getRevision()).isEqualTo(42);
    assertThat(rest.request().getLimit()).isEqualTo(8);
    rest.answer(GetRangeResponse.newBuilder().setRevision(42).addEntries(entry("/c", 3)).build());
    assertThat(read.get()).isEqualTo(new RangeEnd(42, false));
    assertThat(keys).containsExactly("/a", "/b", "/c");
  }

  @Test
  void watchResumesAfterTheLastEvents() throws Exception {
    Events events = new Events();
    try (Watch watch = client.keyValue().watch(watchRequest(0), events)) {
      var first = cluster.next(KeyValueGrpc.getWatchMethod());
      first.tell(WatchResponse.newBuilder().setRevision(10).build());
      assertThat(watch.ready().get()).isEqualTo(10);
      first.tell(events(12));
      assertThat(events.take()).isEqualTo(12);
      cluster.kill(0);
      var second = cluster.next(KeyValueGrpc.getWatchMethod());
      assertThat(second.server()).isEqualTo(1);
      assertThat(second.request().getStartRevision()).isEqualTo(13);
      second.tell(WatchResponse.newBuilder().setRevision(12).build());
      second.tell(events(13));
      assertThat(events.take()).isEqualTo(13);
    }
  }

  @Test
  void watchThatBreaksBeforeItsFirstEventStillMissesNone() throws Exception {
    Events events = new Events();
    try (Watch watch = client.keyValue().watch(watchRequest(0), events)) {
      var first = cluster.next(KeyValueGrpc.getWatchMethod());
      first.tell(WatchResponse.newBuilder().setRevision(10).build());
      assertThat(watch.ready().get()).isEqualTo(10);
      first.fail(Status.Code.UNAVAILABLE, Reason.STOPPING);
      var second = cluster.next(KeyValueGrpc.getWatchMethod());
      assertThat(second.request().getStartRevision()).isEqualTo(11);
    }
  }

  @Test
  void watchFromAFutureRevisionKeepsItsStartRevision() throws Exception {
    try (Watch watch = client.keyValue().watch(watchRequest(100), new Events())) {
      var first = cluster.next(KeyValueGrpc.getWatchMethod());
      first.tell(WatchResponse.newBuilder().setRevision(10).build());
      first.tell(WatchResponse.newBuilder().setRevision(20).build());
      assertThat(watch.ready().get()).isEqualTo(99);
      first.fail(Status.Code.UNAVAILABLE, Reason.NO_LEADER);
      var second = cluster.next(KeyValueGrpc.getWatchMethod());
      assertThat(second.request().getStartRevision()).isEqualTo(100);
    }
  }

  @Test
  void compactionEndsAWatch() throws Exception {
    Events events = new Events();
    try (Watch watch = client.keyValue().watch(watchRequest(3), events)) {
      cluster.next(KeyValueGrpc.getWatchMethod()).fail(Status.Code.OUT_OF_RANGE, Reason.COMPACTED);
      assertThat(events.end.get(30, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              MetastoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.COMPACTED));
      assertThat(watch.ready()).isCompletedExceptionally();
    }
  }

  @Test
  void lockWatchReportsTheWholeQueueAgainAfterALostConnection() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    client.locks().watch("/l", (queue, whole) -> told.add(queue.getRevision() + " " + whole));
    var first = cluster.next(LocksGrpc.getWatchMethod());
    first.tell(WatchLockResponse.newBuilder().setRevision(1).build());
    first.tell(WatchLockResponse.newBuilder().setRevision(2).build());
    assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("1 true");
    assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("2 false");
    cluster.kill(0);
    cluster
        .next(LocksGrpc.getWatchMethod())
        .tell(WatchLockResponse.newBuilder().setRevision(3).build());
    assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("3 true");
  }

  private static GetRequest get(String key) {
    return GetRequest.newBuilder().setKey(key).build();
  }

  private static PutRequest put(String key) {
    return PutRequest.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8("v")).build();
  }

  private static Entry entry(String key, long revision) {
    return Entry.newBuilder().setKey(key).setModRevision(revision).build();
  }

  private static WatchRequest watchRequest(long from) {
    return WatchRequest.newBuilder().setSubtree("/").setStartRevision(from).build();
  }

  private static WatchResponse events(long revision) {
    return WatchResponse.newBuilder()
        .setRevision(revision)
        .addEvents(Event.newBuilder().setKind(Event.Kind.PUT).setEntry(entry("/a", revision)))
        .build();
  }

  /** Records the events of a watch. */
  private static final class Events implements WatchListener {
    private final BlockingQueue<Long> revisions = new LinkedBlockingQueue<>();
    private final CompletableFuture<Throwable> end = new CompletableFuture<>();

    @Override
    public void changed(long revision, List<Event> events) {
      events.forEach(event -> revisions.add(event.getEntry().getModRevision()));
    }

    @Override
    public void ended(Throwable failure) {
      end.complete(failure);
    }

    Long take() throws InterruptedException {
      Long revision = revisions.poll(30, TimeUnit.SECONDS);
      assertThat(revision).isNotNull();
      return revision;
    }
  }
}
