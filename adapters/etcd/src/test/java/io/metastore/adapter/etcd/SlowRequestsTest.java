package io.metastore.adapter.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.PutResponse;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.TxnResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SlowRequestsTest {
  private static final ByteString SECRET = ByteString.copyFromUtf8("secret");

  @Test
  void quickCallsAreNotLogged() throws Exception {
    try (LogLines log = new LogLines(SlowRequests.class);
        Kv kv = new Kv(Duration.ofHours(1))) {
      kv.stub.range(RangeRequest.getDefaultInstance());
      assertThat(log.lines()).isEmpty();
    }
  }

  @Test
  void slowReadLogsItsKeysAndTheirNumber() throws Exception {
    Map<String, String> facts =
        factsOf(kv -> kv.range(RangeRequest.newBuilder().setKey(key("a")).build()));
    assertThat(facts)
        .containsEntry("response type", "/etcdserverpb.KV/Range")
        .containsEntry("request count", "0")
        .containsEntry("response count", "7")
        .containsEntry("request content", "key: \"a\"")
        .containsKeys("start time", "time spent", "remote", "request size", "response size");
  }

  @Test
  void valuesAreNeverLogged() throws Exception {
    PutRequest put = PutRequest.newBuilder().setKey(key("a")).setValue(SECRET).build();
    assertThat(factsOf(kv -> kv.put(put)))
        .containsEntry("request count", "1")
        .containsEntry("request content", "key: \"a\" value_size:6");
    RequestOp op = RequestOp.newBuilder().setRequestPut(put).build();
    TxnRequest inner =
        TxnRequest.newBuilder()
            .addCompare(
                Compare.newBuilder()
                    .setKey(key("b"))
                    .setTarget(Compare.CompareTarget.VALUE)
                    .setValue(SECRET))
            .addSuccess(op)
            .addFailure(op)
            .build();
    TxnRequest txn =
        TxnRequest.newBuilder().addFailure(RequestOp.newBuilder().setRequestTxn(inner)).build();
    assertThat(factsOf(kv -> kv.txn(txn)).get("request content"))
        .contains("key: \"a\"", "key: \"b\"")
        .doesNotContain("secret");
  }

  private interface Call {
    void make(KVGrpc.KVBlockingStub kv);
  }

  private static Map<String, String> factsOf(Call call) throws Exception {
    try (LogLines log = new LogLines(SlowRequests.class);
        Kv kv = new Kv(Duration.ZERO)) {
      call.make(kv.stub);
      assertThat(log.lines()).hasSize(1);
      assertThat(log.lines().get(0).getFormattedMessage()).isEqualTo("request stats");
      Map<String, String> facts = new TreeMap<>();
      log.lines()
          .get(0)
          .getKeyValuePairs()
          .forEach(fact -> facts.put(fact.key, String.valueOf(fact.value)));
      return facts;
    }
  }

  private static ByteString key(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** A service behind the interceptor. */
  private static final class Kv extends KVGrpc.KVImplBase implements AutoCloseable {
    private final Server server;
    private final ManagedChannel channel;
    final KVGrpc.KVBlockingStub stub;

    Kv(Duration expected) throws Exception {
      String name = InProcessServerBuilder.generateName();
      server =
          InProcessServerBuilder.forName(name)
              .directExecutor()
              .intercept(new SlowRequests(expected))
              .addService(this)
              .build()
              .start();
      channel = InProcessChannelBuilder.forName(name).directExecutor().build();
      stub = KVGrpc.newBlockingStub(channel);
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> call) {
      call.onNext(RangeResponse.newBuilder().setCount(7).build());
      call.onCompleted();
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> call) {
      call.onNext(PutResponse.getDefaultInstance());
      call.onCompleted();
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> call) {
      call.onNext(TxnResponse.getDefaultInstance());
      call.onCompleted();
    }

    @Override
    public void close() {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }
}
