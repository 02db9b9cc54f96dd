package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.Values.NO_UPPER_BOUND;
import static io.metastore.adapter.etcd.Values.bytes;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest.SortOrder;
import io.metastore.etcdapi.etcdserverpb.RangeRequest.SortTarget;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.RangeStreamResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RangeStreamerTest {
  private static final RangeRequest ALL =
      RangeRequest.newBuilder().setKey(NO_UPPER_BOUND).setRangeEnd(NO_UPPER_BOUND).build();

  private final ServiceFixture fixture = new ServiceFixture();
  private final FakeView view = new FakeView();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void mergedChunksAreTheAnswerOfRange() {
    view.fill(100, 10);

    List<RangeResponse> chunks = stream(ALL);

    RangeResponse.Builder merged = RangeResponse.newBuilder();
    chunks.forEach(merged::mergeFrom);
    assertThat(merged.getKvsList())
        .extracting(kv -> kv.getKey().toStringUtf8())
        .containsExactlyElementsOf(view.keys());
    assertThat(merged.getCount()).isEqualTo(100);
    assertThat(merged.getMore()).isFalse();
    assertThat(merged.getHeader().getRevision()).isEqualTo(42);
    assertThat(merged.getHeader().getMemberId()).isEqualTo(22);
  }

  @Test
  void chunksStartAtTenKeysAndDouble() {
    view.fill(100, 10);

    assertThat(stream(ALL)).extracting(RangeResponse::getKvsCount).containsExactly(10, 20, 40, 30);
  }

  @Test
  void onlyTheLastChunkHasHeaderAndCount() {
    view.fill(25, 10);

    List<RangeResponse> chunks = stream(ALL);

    assertThat(chunks).extracting(RangeResponse::hasHeader).containsExactly(false, true);
    assertThat(chunks).extracting(RangeResponse::getCount).containsExactly(0L, 25L);
  }

  @Test
  void limitCutsTheStreamAndTheRestIsCounted() {
    view.fill(100, 10);

    List<RangeResponse> chunks = stream(ALL.toBuilder().setLimit(35).build());

    assertThat(chunks).extracting(RangeResponse::getKvsCount).containsExactly(10, 20, 5);
    assertThat(chunks).extracting(RangeResponse::getMore).containsExactly(false, false, true);
    assertThat(chunks.get(2).getCount()).isEqualTo(100);
  }

  @Test
  void sortTargetWithoutOrderSortsAStreamOfOneChunk() {
    view.put("a", 9);
    view.put("b", 3);
    view.put("c", 5);
    RangeRequest byRevision = ALL.toBuilder().setSortTarget(SortTarget.MOD).build();

    assertThat(keys(stream(byRevision))).containsExactly("b", "c", "a");
    view.closed = false;
    // etcd fetches one key more than the limit in key order, sorts, and drops the last. The stream
    // continues after the last key that it sent, and so does the count.
    List<RangeResponse> limited = stream(byRevision.toBuilder().setLimit(2).build());
    assertThat(keys(limited)).containsExactly("b", "c");
    assertThat(limited.get(0).getMore()).isTrue();
    assertThat(limited.get(0).getCount()).isEqualTo(2);
  }

  @Test
  void sortTargetWithoutOrderLeavesALongerStreamInKeyOrder() {
    view.fill(15, 10);
    view.put("0003", 99);

    assertThat(keys(stream(ALL.toBuilder().setSortTarget(SortTarget.MOD).build())))
        .containsExactlyElementsOf(view.keys());
  }

  private static List<String> keys(List<RangeResponse> chunks) {
    return chunks.stream()
        .flatMap(chunk -> chunk.getKvsList().stream())
        .map(kv -> kv.getKey().toStringUtf8())
        .toList();
  }

  @Test
  void limitEqualToTheNumberOfKeysLeavesNoMore() {
    view.fill(10, 10);

    assertThat(stream(ALL.toBuilder().setLimit(10).build()))
        .singleElement()
        .satisfies(
            chunk -> {
              assertThat(chunk.getMore()).isFalse();
              assertThat(chunk.getCount()).isEqualTo(10);
            });
  }

  @Test
  void chunksShrinkWhenTheyGrowTooLarge() {
    fixture.store.cluster.maxRequestBytes = 1000;
    view.fill(40, 500);

    assertThat(stream(ALL))
        .extracting(RangeResponse::getKvsCount)
        .startsWith(10, 5, 2, 2)
        .doesNotContain(0);
  }

  @Test
  void chunkTooLargeForTheStoreIsRetriedSmaller() {
    view.fill(20, 10);
    view.keysMax = 4;

    List<RangeResponse> chunks = stream(ALL);

    assertThat(chunks).extracting(RangeResponse::getKvsCount).contains(2, 4);
    assertThat(chunks.stream().mapToInt(RangeResponse::getKvsCount).sum()).isEqualTo(20);
  }

  @Test
  void countAloneIsOneMessage() {
    view.fill(100, 10);

    assertThat(stream(ALL.toBuilder().setCountOnly(true).setLimit(3).build()))
        .singleElement()
        .satisfies(
            chunk -> {
              assertThat(chunk.getCount()).isEqualTo(100);
              assertThat(chunk.getKvsCount()).isZero();
              assertThat(chunk.getHeader().getRevision()).isEqualTo(42);
            });
  }

  @Test
  void emptyRangeIsOneMessage() {
    assertThat(stream(ALL))
        .singleElement()
        .satisfies(chunk -> assertThat(chunk.hasHeader()).isTrue());
  }

  @Test
  void optionsReachTheStoreAndNothingIsCountedTwice() {
    view.fill(20, 10);

    stream(ALL.toBuilder().setRevision(7).setKeysOnly(true).setSerializable(true).build());

    assertThat(view.asked)
        .hasSize(2)
        .allMatch(range -> range.getRevision() == 7 && range.getKeysOnly())
        .allMatch(Range::getUncounted);
    assertThat(ServiceFixture.next(fixture.store.reads).consistency())
        .isEqualTo(Consistency.SERIALIZABLE);
  }

  @Test
  void sortAndFilterAreNotSupported() {
    assertRefused(ALL.toBuilder().setSortOrder(SortOrder.DESCEND).build(), EtcdError.STREAM_SORT);
    assertRefused(
        ALL.toBuilder().setSortOrder(SortOrder.ASCEND).setSortTarget(SortTarget.MOD).build(),
        EtcdError.STREAM_SORT);
    assertRefused(ALL.toBuilder().setMinModRevision(3).build(), EtcdError.STREAM_FILTER);
    assertRefused(RangeRequest.getDefaultInstance(), EtcdError.EMPTY_KEY);
    assertRefused(ALL.toBuilder().setSortOrderValue(9).build(), EtcdError.INVALID_SORT_OPTION);
  }

  private void assertRefused(RangeRequest request, EtcdError error) {
    ServiceFixture.Client<RangeRequest, RangeStreamResponse> client = start(request, 1);
    assertThat(client.end().getCode()).isEqualTo(error.status().getCode());
    assertThat(client.end().getDescription()).isEqualTo(error.text());
    assertThat(fixture.store.reads).isEmpty();
  }

  @Test
  void ascendingKeysAreTheNaturalOrder() {
    view.fill(5, 10);

    assertThat(stream(ALL.toBuilder().setSortOrder(SortOrder.ASCEND).build())).hasSize(1);
  }

  @Test
  void clientThatDoesNotReadHoldsOneChunkAtMost() {
    view.fill(100, 10);
    ServiceFixture.Client<RangeRequest, RangeStreamResponse> client = open(ALL, 1);

    assertThat(client.next().getRangeResponse().getKvsCount()).isEqualTo(10);
    int askedWhileBlocked = view.asked.size();
    assertThat(askedWhileBlocked).isLessThanOrEqualTo(2);
    client.read(10);

    assertThat(client.end()).isEqualTo(Status.OK);
    assertThat(view.asked).hasSize(4);
    assertThat(view.closed).isTrue();
  }

  @Test
  void viewIsClosedWhenTheStreamEndsOrTheClientDisconnects() {
    view.fill(100, 10);
    stream(ALL);
    assertThat(view.closed).isTrue();

    view.closed = false;
    ServiceFixture.Client<RangeRequest, RangeStreamResponse> client = open(ALL, 1);
    client.next();
    assertThat(view.closed).isFalse();
    client.cancel();
    assertThat(view.closed).isTrue();
  }

  @Test
  void viewOpenedAfterTheClientDisconnectedIsClosed() {
    fixture.store.onView = new CompletableFuture<>();
    ServiceFixture.Client<RangeRequest, RangeStreamResponse> client = start(ALL, 1);
    client.cancel();

    fixture.store.onView.complete(view);

    assertThat(view.closed).isTrue();
    assertThat(view.asked).isEmpty();
  }

  @Test
  void failuresEndTheStream() {
    fixture.store.onView = failedFuture(new NotServed(NotServed.Reason.LEADER_CHANGED));
    assertThat(start(ALL, 1).end().getDescription()).isEqualTo("etcdserver: leader changed");

    view.failure = Failure.of(FailureCode.COMPACTED);
    assertThat(open(ALL, 1).end().getDescription())
        .isEqualTo("etcdserver: mvcc: required revision has been compacted");
    assertThat(view.closed).isTrue();
  }

  private List<RangeResponse> stream(RangeRequest request) {
    ServiceFixture.Client<RangeRequest, RangeStreamResponse> client = open(request, 1000);
    assertThat(client.end()).isEqualTo(Status.OK);
    return client.received.stream().map(RangeStreamResponse::getRangeResponse).toList();
  }

  private ServiceFixture.Client<RangeRequest, RangeStreamResponse> open(
      RangeRequest request, int messages) {
    fixture.store.onView = completedFuture(view);
    return start(request, messages);
  }

  private ServiceFixture.Client<RangeRequest, RangeStreamResponse> start(
      RangeRequest request, int messages) {
    ServiceFixture.Client<RangeRequest, RangeStreamResponse> client =
        new ServiceFixture.Client<>(messages);
    KVGrpc.newStub(fixture.channel).rangeStream(request, client);
    return client;
  }

  /** Some keys at revision 42. */
  private static final class FakeView implements FakeReadView {
    private final NavigableMap<String, KeyValue> keys = new TreeMap<>();
    final List<Range> asked = new ArrayList<>();
    boolean closed;
    long keysMax = Long.MAX_VALUE;
    private @Nullable Failure failure;

    void fill(int count, int valueBytes) {
      for (int i = 0; i < count; i++) {
        String key = "%04d".formatted(i);
        keys.put(key, new KeyValue(bytes(key), bytes("x".repeat(valueBytes)), i + 2, i + 2, 1, 0));
      }
    }

    void put(String key, long modRevision) {
      keys.put(key, new KeyValue(bytes(key), bytes("v"), modRevision, modRevision, 1, 0));
    }

    List<String> keys() {
      return List.copyOf(keys.keySet());
    }

    @Override
    public long revision() {
      return 42;
    }

    @Override
    public Outcome range(Range range) {
      asked.add(range);
      if (failure != null) {
        return new Outcome.Failed(42, failure);
      }
      List<KeyValue> all = from(range.getKey());
      if (range.getCountOnly()) {
        return new Outcome.Ranged(42, new RangeResult(List.of(), all.size(), false));
      }
      int limit = (int) Math.min(all.size(), range.getLimit());
      if (limit > keysMax) {
        return new Outcome.Failed(42, Failure.of(FailureCode.RESPONSE_TOO_LARGE));
      }
      return new Outcome.Ranged(
          42, new RangeResult(all.subList(0, limit), limit, limit < all.size()));
    }

    private List<KeyValue> from(ByteString key) {
      return keys.entrySet().stream()
          .filter(entry -> entry.getKey().compareTo(key.toStringUtf8()) >= 0)
          .map(Map.Entry::getValue)
          .toList();
    }

    @Override
    public Outcome readTxn(Txn txn, long bytesMax) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long answerBytes(Txn txn) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      assertThat(closed).as("closed once").isFalse();
      closed = true;
    }
  }
}
