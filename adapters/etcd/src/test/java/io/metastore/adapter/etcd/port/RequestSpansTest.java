package io.metastore.adapter.etcd.port;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor.MethodType;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The expected names and attributes are those that etcd 3.7.3 sent to a collector. */
class RequestSpansTest {
  private final List<SpanData> ended = new ArrayList<>();
  private final SdkTracerProvider provider =
      SdkTracerProvider.builder().addSpanProcessor(new Ended()).build();
  private final Tracer tracer = provider.get("test");
  private final Span call = tracer.spanBuilder("call").startSpan();

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void aRequestIsAChildOfItsCallAndEndsWithIt() {
    RequestSpans spans = spans(MethodType.UNARY);
    spans.request(PutRequest.newBuilder().setKey(bytes("a")).setValue(bytes("secret")).build());
    assertThat(ended).isEmpty();
    spans.end();
    assertThat(shown()).containsExactly("put {key=a}");
    assertThat(ended.get(0).getParentSpanId()).isEqualTo(call.getSpanContext().getSpanId());
  }

  @Test
  void aStreamedRangeHasAnotherName() {
    RangeRequest range =
        RangeRequest.newBuilder().setKey(bytes("a")).setRangeEnd(bytes("b")).setLimit(5).build();
    RequestSpans unary = spans(MethodType.UNARY);
    unary.request(range);
    unary.end();
    RequestSpans streamed = spans(MethodType.SERVER_STREAMING);
    streamed.request(range);
    streamed.end();
    assertThat(shown())
        .containsExactly(
            "range {count_only=false, keys_only=false, limit=5, range_begin=a,"
                + " range_end=b, rev=0}",
            "range_streaming {count_only=false, limit=5, range_begin=a, range_end=b," + " rev=0}");
  }

  @Test
  void aTxnShowsItsFirstKeys() {
    RequestSpans spans = spans(MethodType.UNARY);
    spans.request(
        TxnRequest.newBuilder()
            .addCompare(Compare.newBuilder().setKey(bytes("c")))
            .addSuccess(
                RequestOp.newBuilder()
                    .setRequestPut(PutRequest.newBuilder().setKey(bytes("p")).setLease(7)))
            .addFailure(
                RequestOp.newBuilder()
                    .setRequestRange(RangeRequest.newBuilder().setKey(bytes("r"))))
            .build());
    spans.request(TxnRequest.getDefaultInstance());
    spans.end();
    assertThat(shown())
        .containsExactly(
            "txn {compare_first_key=c, compare_len=1, failure_len=1, read_only=false,"
                + " success_first_key=p, success_first_lease=7, success_first_type=put,"
                + " success_len=1}",
            "txn {compare_first_key=, compare_len=0, failure_len=0, read_only=true,"
                + " success_first_key=, success_first_lease=-1, success_first_type=,"
                + " success_len=0}");
  }

  @Test
  void aLeaseHasTheIdThatTheServerChose() {
    RequestSpans spans = spans(MethodType.UNARY);
    spans.request(LeaseGrantRequest.newBuilder().setTTL(60).build());
    spans.response(LeaseGrantResponse.newBuilder().setID(9).build());
    spans.end();
    assertThat(shown()).containsExactly("lease_grant {id=9, ttl=60}");
  }

  @Test
  void eachRenewalEndsWithItsResponse() {
    RequestSpans spans = spans(MethodType.BIDI_STREAMING);
    spans.request(LeaseKeepAliveRequest.newBuilder().setID(1).build());
    spans.request(LeaseKeepAliveRequest.newBuilder().setID(2).build());
    spans.response(LeaseKeepAliveResponse.newBuilder().setID(1).build());
    assertThat(shown()).containsExactly("lease_renew {id=1}");
    spans.end();
    assertThat(shown()).containsExactly("lease_renew {id=1}", "lease_renew {id=2}");
  }

  @Test
  void aWatchEndsWhenItIsCancelledOrWithTheStream() {
    RequestSpans spans = spans(MethodType.BIDI_STREAMING);
    for (long id = 0; id < 2; id++) {
      spans.request(
          WatchRequest.newBuilder()
              .setCreateRequest(WatchCreateRequest.newBuilder().setKey(bytes("w" + id)))
              .build());
      spans.response(WatchResponse.newBuilder().setWatchId(id).setCreated(true).build());
    }
    spans.response(WatchResponse.newBuilder().setWatchId(1).build()); // events
    assertThat(ended).isEmpty();
    spans.response(WatchResponse.newBuilder().setWatchId(1).setCanceled(true).build());
    assertThat(shown())
        .containsExactly(
            "watch {fragment=false, key=w1, prev_kv=false, progress_notify=false,"
                + " range_end=, start_rev=0}");
    spans.end();
    assertThat(ended).hasSize(2);
  }

  private RequestSpans spans(MethodType type) {
    return new RequestSpans(tracer, call, type);
  }

  private List<String> shown() {
    return ended.stream().map(RequestSpansTest::shown).toList();
  }

  private static String shown(SpanData span) {
    Map<String, Object> attributes = new TreeMap<>();
    span.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value));
    return span.getName() + " " + attributes;
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** Keeps the spans in the order in which they ended. */
  private final class Ended implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
      // only the end counts
    }

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      ended.add(span.toSpanData());
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }
}
