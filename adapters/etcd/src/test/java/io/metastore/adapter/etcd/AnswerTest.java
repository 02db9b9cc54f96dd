package io.metastore.adapter.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.OpResult;
import io.metastore.core.api.OpResult.PutResult;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.OpResult.TxnResult;
import io.metastore.core.api.Outcome;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which thread builds a reply: short replies on the connection's event loop, others elsewhere. */
class AnswerTest {
  private static final String LOOP = "loop";
  private static final String SCANS = "scans";

  private final DefaultEventExecutor loop =
      new DefaultEventExecutor((ThreadFactory) task -> new Thread(task, LOOP));
  private final ExecutorService scans =
      Executors.newSingleThreadExecutor(task -> new Thread(task, SCANS));

  @AfterEach
  void stop() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    scans.shutdown();
  }

  @Test
  void shortRepliesAreBuiltOnTheirConnectionsEventLoop() throws Exception {
    assertThat(maker(new Outcome.Ranged(1, range(100, 10)))).isEqualTo(LOOP);
    assertThat(maker(txn(new PutResult(null)))).isEqualTo(LOOP);
    assertThat(maker(txn(range(10, 10), range(10, 10)))).isEqualTo(LOOP);
  }

  @Test
  void longRepliesAreNotBuiltOnTheEventLoop() throws Exception {
    assertThat(maker(new Outcome.Ranged(1, range(101, 10)))).isEqualTo(SCANS);
    assertThat(maker(new Outcome.Ranged(1, range(50, 100_000)))).isEqualTo(SCANS);
    assertThat(maker(txn(range(60, 10), range(60, 10)))).isEqualTo(SCANS);
    assertThat(maker(txn(new TxnResult(true, List.of(range(101, 10)))))).isEqualTo(SCANS);
    assertThat(maker(txn(new PutResult(keyValue(1_000_000))))).isEqualTo(SCANS);
  }

  private static Outcome txn(OpResult... results) {
    return new Outcome.TxnDone(1, -1, List.of(results));
  }

  private static RangeResult range(int keys, int valueBytes) {
    return new RangeResult(Collections.nCopies(keys, keyValue(valueBytes)), keys, false);
  }

  private static KeyValue keyValue(int valueBytes) {
    return new KeyValue(
        ByteString.copyFromUtf8("k"), ByteString.copyFrom(new byte[valueBytes]), 1, 1, 1, 0);
  }

  /** The thread that builds the reply to a call received on the event loop. */
  private String maker(Outcome outcome) throws Exception {
    CompletableFuture<String> reply = new CompletableFuture<>();
    Answer<String> answer =
        loop.submit(
                () ->
                    new Answer<>(
                        first(reply),
                        new ResponseHeaders(new FakeCluster()),
                        scans,
                        (header, done) -> Thread.currentThread().getName()))
            .get();
    // Completed by a thread of the store.
    answer.accept(outcome, null);
    return reply.get(ServiceFixture.TIMEOUT_S, TimeUnit.SECONDS);
  }

  private static StreamObserver<String> first(CompletableFuture<String> reply) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String value) {
        reply.complete(value);
      }

      @Override
      public void onError(Throwable failure) {
        reply.completeExceptionally(failure);
      }

      @Override
      public void onCompleted() {
        // The reply has already been received.
      }
    };
  }
}
