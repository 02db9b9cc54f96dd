package io.metastore.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.etcdapi.mvccpb.Event;
import io.metastore.etcdapi.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A member's history of the keys below a prefix: all puts in the order of revisions. */
final class History {
  /** A put according to the member. */
  record Put(String key, long value, long revision, long version) {}

  private final List<Put> puts;

  private History(List<Put> puts) {
    this.puts = puts;
  }

  /**
   * The events of a watch from the first revision on, up to the revision of a linearizable read
   * made now.
   */
  static History of(ServerProcess member, String prefix) throws InterruptedException {
    ByteString first = ByteString.copyFromUtf8(prefix);
    ByteString end = ByteString.copyFromUtf8(prefix + "\uffff");
    List<KeyValue> now =
        KVGrpc.newBlockingStub(member.channel())
            .withDeadlineAfter(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .range(RangeRequest.newBuilder().setKey(first).setRangeEnd(end).build())
            .getKvsList();
    long last = now.stream().mapToLong(KeyValue::getModRevision).max().orElse(0);
    return new History(last == 0 ? List.of() : watched(member, first, end, last));
  }

  private static List<Put> watched(
      ServerProcess member, ByteString first, ByteString end, long last)
      throws InterruptedException {
    WatchCreateRequest all =
        WatchCreateRequest.newBuilder().setKey(first).setRangeEnd(end).setStartRevision(1).build();
    LinkedBlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
    List<Put> puts = new ArrayList<>();
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(
        () ->
            WatchGrpc.newStub(member.channel())
                .watch(into(responses))
                .onNext(WatchRequest.newBuilder().setCreateRequest(all).build()));
    try {
      long seen = 0;
      while (seen < last) {
        WatchResponse response = responses.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(response).as("events up to revision %s, came to %s", last, seen).isNotNull();
        for (Event event : response.getEventsList()) {
          KeyValue pair = event.getKv();
          assertThat(pair.getModRevision()).isGreaterThan(seen);
          seen = pair.getModRevision();
          puts.add(
              new Put(
                  WriteLoad.utf8(pair.getKey()),
                  Long.parseLong(WriteLoad.utf8(pair.getValue())),
                  seen,
                  pair.getVersion()));
        }
      }
    } finally {
      context.cancel(null);
    }
    return puts;
  }

  /**
   * Checks that every acknowledged put is there with its revision, and that every other put in the
   * history was sent and is there only once.
   */
  void assertAgreesWith(WriteLoad load) {
    Map<Long, Put> byRevision = new HashMap<>();
    puts.forEach(put -> byRevision.put(put.revision(), put));
    load.byRevision()
        .forEach(
            (revision, acknowledged) -> {
              Put found = byRevision.get(revision);
              assertThat(found).as("%s was acknowledged", acknowledged).isNotNull();
              assertThat(found.key()).isEqualTo(acknowledged.key());
              assertThat(found.value()).as("%s", acknowledged).isEqualTo(acknowledged.value());
            });
    Set<String> once = new HashSet<>();
    Map<String, Long> versions = new HashMap<>();
    for (Put put : puts) {
      assertThat(once.add(put.key() + "=" + put.value())).as("%s took place twice", put).isTrue();
      assertThat(put.value()).as("%s was sent", put).isLessThanOrEqualTo(load.lastTried(put.key()));
      assertThat(put.version()).as("%s", put).isEqualTo(versions.merge(put.key(), 1L, Long::sum));
    }
  }

  /** The puts with their revisions, for comparing members. */
  List<Put> puts() {
    return puts;
  }

  private static StreamObserver<WatchResponse> into(LinkedBlockingQueue<WatchResponse> queue) {
    return new StreamObserver<>() {
      @Override
      public void onNext(WatchResponse response) {
        queue.add(response);
      }

      @Override
      public void onError(Throwable end) {}

      @Override
      public void onCompleted() {}
    };
  }
}
