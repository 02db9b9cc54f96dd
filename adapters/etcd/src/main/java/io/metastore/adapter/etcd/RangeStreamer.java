package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.RangeStream;
import io.metastore.core.api.Failure;
import io.metastore.core.api.KeyOrder;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.command.Range;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest.SortTarget;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.RangeStreamResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RangeStream: the merged chunks are the response of Range. Only the last chunk has header, more
 * and count.
 */
final class RangeStreamer extends RangeStream<RangeStreamResponse> {
  private final ResponseHeaders headers;
  private final RangeRequest request;

  RangeStreamer(
      Metastore metastore,
      ResponseHeaders headers,
      RangeRequest request,
      ServerCallStreamObserver<RangeStreamResponse> call) {
    super(metastore, toRange(request), call, metastore.cluster().maxRequestBytes());
    this.headers = headers;
    this.request = request;
  }

  /** The error if the request is invalid, or null. */
  static @Nullable EtcdError findRefusal(RangeRequest request) {
    EtcdError refusal = RangeTranslator.findRefusal(request);
    if (refusal != null) {
      return refusal;
    }
    if (!RangeTranslator.isUnsorted(request)) {
      return EtcdError.STREAM_SORT;
    }
    return RangeTranslator.hasRevisionFilter(request) ? EtcdError.STREAM_FILTER : null;
  }

  private static Range toRange(RangeRequest request) {
    return Range.newBuilder()
        .setKey(request.getKey())
        .setRangeEnd(request.getRangeEnd())
        .setLimit(request.getLimit())
        .setRevision(request.getRevision())
        .setKeysOnly(request.getKeysOnly())
        .setCountOnly(request.getCountOnly())
        .build();
  }

  @Override
  protected List<KeyValue> toVisible(List<KeyValue> found) {
    return found;
  }

  @Override
  protected RangeStreamResponse toMessage(
      ReadView opened, List<KeyValue> keyValues, RangeResult found, boolean last) {
    boolean only = last && sentKeys() == keyValues.size();
    RangeResult sent = only && sortsOnlyChunk() ? sortedPage(opened) : found;
    RangeResponse.Builder chunk = RangeResponse.newBuilder();
    RangeTranslator.addKeyValues(chunk, request, sent);
    if (last) {
      chunk
          .setHeader(headers.at(opened.revision()))
          .setMore(sent.more())
          .setCount(
              request.getCountOnly()
                  ? sent.count()
                  : sent.more() ? sentKeys() + countAfter(opened, sent) : sentKeys());
    }
    return RangeStreamResponse.newBuilder().setRangeResponse(chunk).build();
  }

  /**
   * Whether etcd sorts a stream of one chunk by its sort target, as it does for a Range with a
   * limit and no order. Longer streams are sent in key order; etcd sorts each chunk separately, and
   * omits or repeats keys.
   */
  private boolean sortsOnlyChunk() {
    return request.getSortTarget() != SortTarget.KEY && !request.getCountOnly();
  }

  private RangeResult sortedPage(ReadView opened) {
    long limit =
        request.getLimit() > 0 ? Math.min(request.getLimit(), FIRST_CHUNK_KEYS) : FIRST_CHUNK_KEYS;
    RangeRequest page = request.toBuilder().setLimit(limit).build();
    Outcome read = opened.range(RangeTranslator.toRange(page));
    return RangeTranslator.sortPage(page, ((Outcome.Ranged) read).result());
  }

  private long countAfter(ReadView opened, RangeResult chunk) {
    KeyValue last = chunk.keyValues().get(chunk.keyValues().size() - 1);
    return countFrom(opened, KeyOrder.after(last.key()));
  }

  private long countFrom(ReadView opened, ByteString key) {
    Outcome rest =
        opened.range(
            Range.newBuilder()
                .setKey(key)
                .setRangeEnd(request.getRangeEnd())
                .setRevision(request.getRevision())
                .setCountOnly(true)
                .build());
    return ((Outcome.Ranged) rest).result().count();
  }

  @Override
  protected StatusRuntimeException toError(Failure failure) {
    return EtcdErrors.of(failure.code()).exception();
  }

  @Override
  protected StatusRuntimeException toError(Throwable failure) {
    return EtcdErrors.of(failure);
  }
}
