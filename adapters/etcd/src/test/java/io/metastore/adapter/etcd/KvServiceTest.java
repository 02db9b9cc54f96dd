package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.ServiceFixture.assertFails;
import static io.metastore.adapter.etcd.ServiceFixture.next;
import static io.metastore.adapter.etcd.Values.bytes;
import static io.metastore.adapter.etcd.Values.keyValue;
import static io.metastore.adapter.etcd.Values.put;
import static io.metastore.adapter.etcd.Values.putRequest;
import static io.metastore.adapter.etcd.Values.range;
import static io.metastore.adapter.etcd.Values.success;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.Consistency;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.OpResult.DeleteResult;
import io.metastore.core.api.OpResult.PutResult;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import io.metastore.etcdapi.etcdserverpb.CompactionRequest;
import io.metastore.etcdapi.etcdserverpb.CompactionResponse;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class KvServiceTest {
  private final ServiceFixture fixture = new ServiceFixture();
  private final FakeMetastore store = fixture.store;
  private final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(fixture.channel);

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void headerHasMemberClusterTermAndTheOutcomesRevision() {
    store.onSubmit =
        command -> completedFuture(new Outcome.TxnDone(7, -1, List.of(new PutResult(null))));

    ResponseHeader header = kv.put(putRequest("k", "v")).getHeader();

    assertThat(header)
        .isEqualTo(
            ResponseHeader.newBuilder()
                .setClusterId(11)
                .setMemberId(22)
                .setRaftTerm(3)
                .setRevision(7)
                .build());
    Txn txn = next(store.submitted).getTxn();
    assertThat(txn.getSuccess(0).getPut().getKey()).isEqualTo(bytes("k"));
  }

  @Test
  void malformedRequestsAreRefusedBeforeAnythingIsProposed() {
    assertFails(() -> kv.put(PutRequest.getDefaultInstance()), EtcdError.EMPTY_KEY);
    assertFails(() -> kv.range(RangeRequest.getDefaultInstance()), EtcdError.EMPTY_KEY);
    assertFails(() -> kv.deleteRange(DeleteRangeRequest.getDefaultInstance()), EtcdError.EMPTY_KEY);
    assertFails(() -> kv.txn(success(put("a"), put("a")).build()), EtcdError.DUPLICATE_KEY);
    assertFails(() -> kv.txn(ranges(129)), EtcdError.TOO_MANY_OPS);
    assertThat(store.submitted).isEmpty();
    assertThat(store.reads).isEmpty();
  }

  @Test
  void limitOfOperationsIsConfigurable() {
    try (ServiceFixture small =
        new ServiceFixture(new EtcdSettings("3.7.1", 2, 1000, false, LiveServer.SCRATCH, null))) {
      KVGrpc.KVBlockingStub limited = KVGrpc.newBlockingStub(small.channel);

      assertFails(() -> limited.txn(ranges(3)), EtcdError.TOO_MANY_OPS);
    }
  }

  private static TxnRequest ranges(int count) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = 0; i < count; i++) {
      txn.addSuccess(range("a"));
    }
    return txn.build();
  }

  @Test
  void refusalByTheStoreHasEtcdsCodeAndText() {
    store.onSubmit =
        command -> completedFuture(new Outcome.Failed(7, Failure.of(FailureCode.LEASE_NOT_FOUND)));

    assertFails(() -> kv.put(putRequest("k", "v")), EtcdError.LEASE_NOT_FOUND);
  }

  @Test
  void unknownOutcomeIsATimeout() {
    store.onSubmit = command -> failedFuture(new OutcomeUnknown(OutcomeUnknown.Reason.TIMEOUT));

    assertFails(() -> kv.put(putRequest("k", "v")), EtcdError.TIMEOUT);
  }

  @Test
  void failureToBuildTheReplyEndsTheCall() {
    store.onSubmit = command -> completedFuture(new Outcome.Done(7));

    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> kv.put(putRequest("k", "v"))))
        .hasMessageContaining("UNKNOWN");
  }

  @Test
  void rangeReadsWithTheRequestedConsistency() {
    store.onRead =
        completedFuture(
            new Outcome.Ranged(9, new RangeResult(List.of(keyValue("a", "v", 4)), 1, false)));
    RangeRequest request = RangeRequest.newBuilder().setKey(bytes("a")).setRevision(5).build();

    assertThat(kv.range(request).getHeader().getRevision())
        .as("the store's revision, not the one read at")
        .isEqualTo(9);
    assertThat(kv.range(request.toBuilder().setSerializable(true).build()).getKvs(0).getValue())
        .isEqualTo(bytes("v"));
    assertThat(next(store.reads).consistency()).isEqualTo(Consistency.LINEARIZABLE);
    FakeMetastore.Asked second = next(store.reads);
    assertThat(second.consistency()).isEqualTo(Consistency.SERIALIZABLE);
    assertThat(((Range) second.what()).getRevision()).isEqualTo(5);
  }

  @Test
  void deleteReturnsTheNumberOfDeletedKeys() {
    store.onSubmit =
        command ->
            completedFuture(new Outcome.TxnDone(8, -1, List.of(new DeleteResult(3, List.of()))));

    assertThat(
            kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(bytes("a")).build()).getDeleted())
        .isEqualTo(3);
  }

  @Test
  void readOnlyTransactionIsNotProposed() {
    store.onRead =
        completedFuture(new Outcome.TxnDone(9, -1, List.of(new RangeResult(List.of(), 0, false))));

    assertThat(kv.txn(success(range("a")).build()).getSucceeded()).isTrue();
    assertThat(next(store.reads).consistency()).isEqualTo(Consistency.LINEARIZABLE);
    assertThat(store.submitted).isEmpty();
  }

  @Test
  void physicalCompactionReturnsWhenTheOldVersionsAreRemoved() {
    store.onSubmit = command -> completedFuture(new Outcome.Done(12));
    CompletableFuture<CompactionResponse> logical = compact(false);
    CompletableFuture<CompactionResponse> physical = compact(true);

    assertThat(logical.join().getHeader().getRevision()).isEqualTo(12);
    assertThat(physical).isNotDone();
    store.compacted.complete(null);
    assertThat(physical.join().getHeader().getRevision()).isEqualTo(12);
    assertThat(next(store.submitted).getCompact().getRevision()).isEqualTo(5);
  }

  @Test
  void refusedPhysicalCompactionReturnsAtOnce() {
    store.onSubmit =
        command -> completedFuture(new Outcome.Failed(7, Failure.of(FailureCode.COMPACTED)));

    assertFails(
        () -> kv.compact(CompactionRequest.newBuilder().setPhysical(true).build()),
        EtcdError.COMPACTED);
  }

  @Test
  void replyToADisconnectedClientIsDropped() {
    LinkedBlockingQueue<BiConsumer<? super Outcome, ? super Throwable>> callbacks =
        new LinkedBlockingQueue<>();
    store.onSubmit =
        command ->
            new CompletableFuture<>() {
              @Override
              public CompletableFuture<Outcome> whenComplete(
                  BiConsumer<? super Outcome, ? super Throwable> callback) {
                callbacks.add(callback);
                return this;
              }
            };
    var call = KVGrpc.newFutureStub(fixture.channel).put(putRequest("k", "v"));
    BiConsumer<? super Outcome, ? super Throwable> callback = next(callbacks);
    call.cancel(true);

    // The callback runs on the store's thread, so it must not throw.
    callback.accept(new Outcome.TxnDone(7, -1, List.of(new PutResult(null))), null);

    assertThat(call.isCancelled()).isTrue();
  }

  private CompletableFuture<CompactionResponse> compact(boolean physical) {
    ServiceFixture.Client<CompactionRequest, CompactionResponse> client =
        new ServiceFixture.Client<>(2);
    KVGrpc.newStub(fixture.channel)
        .compact(
            CompactionRequest.newBuilder().setRevision(5).setPhysical(physical).build(), client);
    return client.ended.thenApply(status -> client.next());
  }
}
