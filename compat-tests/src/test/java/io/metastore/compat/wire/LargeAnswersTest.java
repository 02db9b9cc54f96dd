package io.metastore.compat.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.compat.faults.Seeds;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.KVGrpc.KVBlockingStub;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest.SortOrder;
import io.metastore.etcdapi.etcdserverpb.RangeRequest.SortTarget;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.TxnResponse;
import io.metastore.etcdapi.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reads that together need far more memory than the server has, mixed with small reads. */
class LargeAnswersTest {
  private static final int KEYS = 160;
  private static final int VALUE_BYTES = 100_000;
  private static final int READERS = 8;
  private static final int READS_EACH = 6;

  /** Less than two of the readers ask for together. */
  private static final String HEAP = "-Xmx80m";

  private final AtomicInteger answered = new AtomicInteger();

  static LongStream seeds() {
    return Seeds.some(1);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void serverSurvivesAndAnswersSmallCalls(long seed) throws Exception {
    ExecutorService readers = Executors.newCachedThreadPool();
    try (ClusterProcesses cluster = ClusterProcesses.one(LargeAnswersTest.class)) {
      ServerProcess server = cluster.only();
      List<KeyValue> stored = fill(kv(server.channel()));
      server.terminate();
      server.jvmOptions(HEAP);
      server.start();
      server.awaitReady();

      List<Future<?>> reading = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        Random random = new Random(seed + i);
        reading.add(readers.submit(() -> readAll(server, stored, random)));
      }
      while (!reading.stream().allMatch(Future::isDone)) {
        callsOfOneKey(kv(server.channel()));
      }
      for (Future<?> reader : reading) {
        reader.get();
      }

      assertThat(server.isAlive()).isTrue();
      assertThat(answered.get()).as("large reads that were answered").isPositive();
    } finally {
      readers.shutdownNow();
    }
  }

  private static List<KeyValue> fill(KVBlockingStub kv) {
    byte[] value = new byte[VALUE_BYTES];
    for (int i = 0; i < KEYS; i++) {
      new Random(i).nextBytes(value);
      // Written in another order than that of the keys.
      ByteString key = utf8("large/%04d".formatted(i * 7 % KEYS));
      kv.put(PutRequest.newBuilder().setKey(key).setValue(ByteString.copyFrom(value)).build());
    }
    List<KeyValue> stored = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      RangeRequest one = RangeRequest.newBuilder().setKey(utf8("large/%04d".formatted(i))).build();
      stored.add(kv.range(one).getKvs(0));
    }
    return stored;
  }

  private static void callsOfOneKey(KVBlockingStub kv) {
    ByteString key = utf8("small");
    kv.put(PutRequest.newBuilder().setKey(key).setValue(key).build());
    assertThat(kv.range(RangeRequest.newBuilder().setKey(key).build()).getCount()).isEqualTo(1);
  }

  /** Makes some large reads on a separate connection. */
  private Void readAll(ServerProcess server, List<KeyValue> stored, Random random) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.clientPort())
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    try {
      for (int i = 0; i < READS_EACH; i++) {
        int kind = random.nextInt(6);
        answerOrRefusal(
            () -> {
              read(kv(channel), kind, stored, random);
              return answered.incrementAndGet();
            });
      }
    } finally {
      channel.shutdownNow();
    }
    return null;
  }

  /** A read that got no memory in time may fail with etcd's timeout, or as too large. */
  private static void answerOrRefusal(Callable<?> read) {
    try {
      read.call();
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode())
          .as("%s", e.getStatus())
          .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.UNAVAILABLE);
      if (e.getStatus().getCode() == Status.Code.UNAVAILABLE) {
        assertThat(e.getStatus().getDescription()).isEqualTo("etcdserver: request timed out");
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void read(KVBlockingStub kv, int kind, List<KeyValue> stored, Random random) {
    RangeRequest.Builder all =
        RangeRequest.newBuilder().setKey(utf8("large/")).setRangeEnd(utf8("large0"));
    switch (kind) {
      case 0 -> assertAnswer(kv.range(all.build()), stored, false);
      case 1 -> {
        int limit = 1 + random.nextInt(KEYS - 1);
        assertAnswer(kv.range(all.setLimit(limit).build()), stored.subList(0, limit), true);
      }
      case 2 ->
          assertAnswer(
              kv.range(all.setSortOrder(SortOrder.DESCEND).setSortTarget(SortTarget.MOD).build()),
              stored.stream()
                  .sorted(Comparator.comparingLong(KeyValue::getModRevision).reversed())
                  .toList(),
              false);
      case 3 -> {
        long revision = 1 + stored.get(random.nextInt(KEYS)).getModRevision();
        List<KeyValue> newer =
            stored.stream().filter(kv1 -> kv1.getModRevision() >= revision).toList();
        assertAnswer(kv.range(all.setMinModRevision(revision).build()), newer, false);
      }
      case 4 -> {
        RangeResponse.Builder merged = RangeResponse.newBuilder();
        kv.rangeStream(all.build()).forEachRemaining(c -> merged.mergeFrom(c.getRangeResponse()));
        assertAnswer(merged.build(), stored, false);
      }
      default -> {
        // With a put, so that the transaction goes through the log.
        TxnRequest txn =
            TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestRange(all.setLimit(100)))
                .addSuccess(
                    RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setKey(utf8("beside"))))
                .build();
        TxnResponse done = kv.txn(txn);
        assertAnswer(done.getResponses(0).getResponseRange(), stored.subList(0, 100), true);
      }
    }
  }

  private static void assertAnswer(RangeResponse answer, List<KeyValue> expected, boolean more) {
    // Not isEqualTo on the lists, because it would print megabytes of them if they differ.
    assertThat(answer.getKvsList().equals(expected)).as("key-values").isTrue();
    assertThat(answer.getCount()).isEqualTo(KEYS);
    assertThat(answer.getMore()).isEqualTo(more);
  }

  private static KVBlockingStub kv(ManagedChannel channel) {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
