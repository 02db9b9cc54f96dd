package io.metastore.compat.wire;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.metastore.compat.faults.Seeds;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.KVGrpc.KVBlockingStub;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseTimeToLiveRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest.SortOrder;
import io.metastore.etcdapi.etcdserverpb.RangeRequest.SortTarget;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.TxnResponse;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.etcdapi.mvccpb.KeyValue;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls that together need far more memory than the server has, mixed with small ones. */
class LargeAnswersTest {
  private static final int KEYS = 160;
  private static final int VALUE_BYTES = 100_000;
  private static final int READERS = 8;
  private static final int READS_EACH = 12;
  private static final int KINDS = 11;
  private static final int LEASE_KEYS = 10_000;
  private static final int LEASE_KEYS_A_TXN = 100;
  private static final long LEASE = 77;
  private static final int OWN_KEYS = 10;

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
      fillLease(server);
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

  @Test
  void watchOfRevisionThatNeedsTooMuchMemoryEndsAndServerLives() throws Exception {
    try (ClusterProcesses cluster = ClusterProcesses.one(LargeAnswersTest.class)) {
      ServerProcess server = cluster.only();
      fill(kv(server.channel()));
      server.terminate();
      server.jvmOptions(HEAP);
      server.start();
      server.awaitReady();
      BlockingQueue<WatchResponse> told = new LinkedBlockingQueue<>();
      StreamObserver<WatchRequest> watch = watch(server, told);
      WatchCreateRequest all =
          WatchCreateRequest.newBuilder()
              .setKey(utf8("large/"))
              .setRangeEnd(utf8("large0"))
              .setPrevKv(true)
              .build();
      watch.onNext(WatchRequest.newBuilder().setCreateRequest(all).build());
      assertThat(poll(told).getCreated()).isTrue();

      kv(server.channel())
          .deleteRange(
              DeleteRangeRequest.newBuilder()
                  .setKey(utf8("large/"))
                  .setRangeEnd(utf8("large0"))
                  .build());

      WatchResponse last = poll(told);
      assertThat(last.getCanceled()).isTrue();
      assertThat(last.getCancelReason()).contains("too much memory");
      callsOfOneKey(kv(server.channel()));
      assertThat(server.isAlive()).isTrue();
    }
  }

  private static StreamObserver<WatchRequest> watch(
      ServerProcess server, BlockingQueue<WatchResponse> told) {
    return WatchGrpc.newStub(server.channel())
        .watch(
            new StreamObserver<>() {
              @Override
              public void onNext(WatchResponse response) {
                told.add(response);
              }

              @Override
              public void onError(Throwable failure) {
                // The test ends it.
              }

              @Override
              public void onCompleted() {
                // As above.
              }
            });
  }

  private static WatchResponse poll(BlockingQueue<WatchResponse> told) throws InterruptedException {
    WatchResponse response = told.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return requireNonNull(response, "the watch was told nothing");
  }

  /** A lease whose keys make a large answer. */
  private static void fillLease(ServerProcess server) {
    LeaseGrpc.newBlockingStub(server.channel())
        .leaseGrant(LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(100_000).build());
    for (int i = 0; i < LEASE_KEYS; i += LEASE_KEYS_A_TXN) {
      TxnRequest.Builder txn = TxnRequest.newBuilder();
      for (int j = i; j < i + LEASE_KEYS_A_TXN; j++) {
        txn.addSuccess(
            RequestOp.newBuilder()
                .setRequestPut(
                    PutRequest.newBuilder()
                        .setKey(utf8("leased/%0100d".formatted(j)))
                        .setLease(LEASE)));
      }
      kv(server.channel()).txn(txn.build());
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
        int kind = random.nextInt(KINDS);
        answerOrRefusal(
            () -> {
              call(server, channel, kind, stored, random);
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

  private static void call(
      ServerProcess server, ManagedChannel channel, int kind, List<KeyValue> stored, Random random)
      throws Exception {
    KVBlockingStub kv = kv(channel);
    String own = "own/%d/".formatted(random.nextLong());
    ByteString value = stored.get(0).getValue();
    switch (kind) {
      case 0 -> {
        KeyValue one = stored.get(random.nextInt(KEYS));
        assertThat(kv.range(RangeRequest.newBuilder().setKey(one.getKey()).build()).getKvs(0))
            .isEqualTo(one);
      }
      case 1 -> {
        PutRequest put =
            PutRequest.newBuilder().setKey(utf8(own)).setValue(value).setPrevKv(true).build();
        kv.put(put);
        assertThat(kv.put(put).getPrevKv().getValue().equals(value)).isTrue();
      }
      case 2 -> {
        for (int i = 0; i < OWN_KEYS; i++) {
          kv.put(PutRequest.newBuilder().setKey(utf8(own + i)).setValue(value).build());
        }
        DeleteRangeRequest delete =
            DeleteRangeRequest.newBuilder()
                .setKey(utf8(own))
                .setRangeEnd(utf8(own + "~"))
                .setPrevKv(true)
                .build();
        assertThat(kv.deleteRange(delete).getPrevKvsCount()).isEqualTo(OWN_KEYS);
      }
      case 3 -> {
        LeaseTimeToLiveRequest request =
            LeaseTimeToLiveRequest.newBuilder().setID(LEASE).setKeys(true).build();
        assertThat(LeaseGrpc.newBlockingStub(channel).leaseTimeToLive(request).getKeysCount())
            .isEqualTo(LEASE_KEYS);
      }
      case 4 -> readJson(server);
      default -> read(kv, kind - 5, stored, random);
    }
  }

  /** Reads some of the keys by the JSON gateway, whose answer needs several times their memory. */
  private static void readJson(ServerProcess server) throws Exception {
    String body =
        "{\"key\":\"%s\",\"range_end\":\"%s\",\"limit\":20}"
            .formatted(base64("large/"), base64("large0"));
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.clientPort() + "/v3/kv/range"))
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() == HttpURLConnection.HTTP_OK) {
      assertThat(answer.body()).contains("\"count\":\"" + KEYS + "\"");
    } else {
      assertThat(answer.body()).contains("etcdserver: request timed out");
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
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
